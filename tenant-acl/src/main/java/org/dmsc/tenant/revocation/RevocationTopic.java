package org.dmsc.tenant.revocation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.RevocationAck;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.schemas.avro.RevocationRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a gateway's {@link RevocationList} from {@code dmsc.sys.revocations}: a revocation is put on the list, its connections are cut, the
 * gateway acknowledges. Ticks of its own prove that it hears the topic; what is stale stops admission by itself.
 *
 * <pre>
 *   dmsc.sys.revocations ▸ list ▸ connections cut ▸ dmsc.sys.revocation-acks
 *   every 200 ms: tick ▸ dmsc.sys.revocations ▸ back here = fresh
 * </pre>
 *
 * Threads: that of the view, one that writes, one that sweeps connections; the writing one may wait for Kafka, the others never do.
 */
public final class RevocationTopic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationTopic.class);

    private static final long TICK_MS = 200;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final String gateway;
    private final RevocationList list;
    private final LiveConnections connections;
    private final Freshness freshness;
    private final ObjIntConsumer<Revocation> onCut;
    private final Clock clock;
    private final CompactedView<Entry> view;
    private final Producer<String, RevocationRecord> ticks;
    private final Producer<String, RevocationAck> acks;
    private final ScheduledExecutorService writing = single("dmsc-revocation-writer");
    private final ScheduledExecutorService sweeping = single("dmsc-revocation-sweep");
    private volatile boolean acknowledging;

    /** Sweeping thread only. */
    private boolean hears;

    /** A record and where it stands. */
    private record Entry(RevocationRecord record, long offset) {}

    /** What is fed. */
    public record Target(RevocationList list, Freshness freshness, LiveConnections connections) {}

    /** @param onCut is told when a revocation closed connections here, and how many; MUST NOT block */
    public RevocationTopic(
            KafkaClients clients,
            AvroCodec codec,
            String gateway,
            Target target,
            ObjIntConsumer<Revocation> onCut,
            Clock clock) {
        this.gateway = gateway;
        this.list = target.list();
        this.freshness = target.freshness();
        this.connections = target.connections();
        this.onCut = onCut;
        this.clock = clock;
        AvroSerde<RevocationRecord> values = new AvroSerde<>(codec, RevocationRecord.class);
        this.view = CompactedView.positioned(
                clients,
                "revocations",
                TopicNames.REVOCATIONS,
                (key, bytes, offset) ->
                        new Entry(values.deserializer().deserialize(TopicNames.REVOCATIONS, bytes), offset));
        this.ticks = clients.producer("revocation-ticks", values.serializer());
        this.acks = clients.producer("revocation-acks", new AvroSerde<>(codec, RevocationAck.class).serializer());
    }

    /** Begins to read and to tick. */
    public void start() {
        view.onChange((key, entry) -> entry.ifPresent(this::heard));
        view.start();
        var unused = writing.scheduleWithFixedDelay(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
        var unusedToo = sweeping.scheduleWithFixedDelay(this::sweep, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    /** Waits until all revocations are on the list and the list is fresh: before that no listener may open. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        if (!view.awaitCaughtUp(atMost)) {
            return false;
        }
        while (list.age().compareTo(RevocationList.STALE) > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        acknowledging = true;
        acknowledge(list.generation(), 0, 0);
        return true;
    }

    /** Whether revocations are heard in time. */
    public boolean healthy() {
        return list.age().compareTo(RevocationList.STALE) <= 0;
    }

    private void heard(Entry entry) {
        RevocationRecord record = entry.record();
        if (record.getKind() == RevocationKind.TICK) {
            if (record.getId().equals(gateway)) {
                freshness.heard(record.getTick());
            }
        } else {
            revocation(entry).ifPresent(this::act);
        }
    }

    private void act(Revocation news) {
        list.apply(news);
        CompletionStage<Integer> cut = connections.cut(news);
        cut.whenComplete((count, failure) -> {
            int closed = count == null ? 0 : count;
            if (acknowledging) {
                acknowledge(
                        news.generation(),
                        Math.max(0, clock.millis() - news.at().toEpochMilli()),
                        closed);
            }
            if (closed > 0) {
                onCut.accept(news, closed);
            }
        });
    }

    private static Optional<Revocation> revocation(Entry entry) {
        RevocationRecord record = entry.record();
        if (record.getKind() == RevocationKind.UNKNOWN) {
            LOG.atError()
                    .addKeyValue("offset", entry.offset())
                    .log("a revocation of a kind that this version does not know cannot be obeyed: update this node");
            return Optional.empty();
        }
        return Optional.of(new Revocation(
                new RevocationKey(record.getKind(), record.getId()),
                Instant.ofEpochMilli(record.getIssuedBefore()),
                record.getRevocationId(),
                record.getReason(),
                record.getActor(),
                Instant.ofEpochMilli(record.getTime()),
                entry.offset()));
    }

    private void tick() {
        RevocationRecord tick = RevocationRecord.newBuilder()
                .setKind(RevocationKind.TICK)
                .setId(gateway)
                .setIssuedBefore(0)
                .setActor(gateway)
                .setTime(clock.millis())
                .setTick(freshness.send())
                .build();
        try {
            Future<?> unused = ticks.send(new ProducerRecord<>(TopicNames.REVOCATIONS, "tick/" + gateway, tick));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("tick was not written");
        }
    }

    /** One line when it goes deaf, one when it hears again. */
    private void sayWhetherItHears() {
        boolean now = healthy();
        if (hears && !now) {
            LOG.atError()
                    .addKeyValue("topic", TopicNames.REVOCATIONS)
                    .log("revocations are not heard: nobody new is admitted, and after 30 s everybody is cut off");
        } else if (!hears && now) {
            LOG.atInfo().addKeyValue("topic", TopicNames.REVOCATIONS).log("revocations are heard");
        }
        hears = now;
    }

    private void sweep() {
        try {
            sayWhetherItHears();
            connections.sweep().thenAccept(count -> {
                if (count > 0) {
                    LOG.atInfo().addKeyValue("connections", count).log("closed: ended, or revocations not heard");
                }
            });
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("sweeping connections failed; it goes on");
        }
    }

    private void acknowledge(long generation, long millis, int cut) {
        RevocationAck ack = RevocationAck.newBuilder()
                .setGateway(gateway)
                .setGeneration(generation)
                .setMillis(millis)
                .setCut(cut)
                .setTime(clock.millis())
                .build();
        try {
            writing.execute(() -> send(ack));
        } catch (RejectedExecutionException e) {
            LOG.atDebug().addKeyValue("offset", generation).log("not acknowledged: closing");
        }
    }

    private void send(RevocationAck ack) {
        try {
            Future<?> unused =
                    acks.send(new ProducerRecord<>(TopicNames.REVOCATION_ACKS, gateway, ack), (metadata, failure) -> {
                        if (failure != null) {
                            LOG.atWarn()
                                    .addKeyValue("cause", failure.getMessage())
                                    .log("revocation was not acknowledged");
                        }
                    });
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("revocation was not acknowledged");
        }
    }

    @Override
    public void close() {
        writing.shutdownNow();
        sweeping.shutdownNow();
        view.close();
        ticks.close(CLOSE_WITHIN);
        acks.close(CLOSE_WITHIN);
    }

    private static ScheduledExecutorService single(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
