package org.dmsc.tenant.revocation;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.RevocationAck;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;

/**
 * Which gateways live, and which revocations they acknowledged. A lease runs from the moment it was seen here, because clocks of machines
 * differ. Thread-safe.
 */
public final class GatewayAcks implements AutoCloseable {

    private static final long LOOK_AGAIN_MS = 100;

    private final CompactedView<RevocationAck> acks;
    private final CompactedView<GatewayRecord> gateways;
    private final Map<String, Long> leases = new ConcurrentHashMap<>();
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final Clock clock;
    private final LongSupplier nanos;

    public GatewayAcks(KafkaClients clients, AvroCodec codec, Clock clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
        this.acks = new CompactedView<>(
                clients,
                "revocation-acks",
                TopicNames.REVOCATION_ACKS,
                new AvroSerde<>(codec, RevocationAck.class).deserializer());
        this.gateways = new CompactedView<>(
                clients,
                "revocation-gateways",
                TopicNames.GATEWAYS,
                new AvroSerde<>(codec, GatewayRecord.class).deserializer());
    }

    /** Begins to read. */
    public void start() {
        gateways.onChange((gateway, record) -> record.ifPresent(
                alive -> leases.put(gateway, alive.getLeft() ? 0L : clock.millis() + alive.getLeaseMs())));
        acks.onChange((gateway, ack) -> ack.ifPresent(this::heard));
        gateways.start();
        acks.start();
    }

    /** Waits until what was there at the start is known. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return gateways.awaitCaughtUp(atMost) && acks.awaitCaughtUp(atMost);
    }

    /** Names of the gateways whose lease holds. */
    public Set<String> live() {
        long now = clock.millis();
        return leases.entrySet().stream()
                .filter(lease -> now < lease.getValue())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Who acknowledged, and who did not. */
    record Result(List<Acknowledgement> acknowledged, Set<String> missing) {}

    /** Begins to listen, before the revocation is written: acknowledgements may be quicker than its answer. */
    Waiting listen() {
        Waiting made = new Waiting();
        waiting.add(made);
        return made;
    }

    private void heard(RevocationAck ack) {
        waiting.forEach(one -> one.heard(ack, nanos.getAsLong()));
    }

    @Override
    public void close() {
        acks.close();
        gateways.close();
    }

    /** One wait. */
    final class Waiting {

        private record Heard(RevocationAck ack, long at) {}

        private final List<Heard> heard = new ArrayList<>();
        private final CompletableFuture<Result> done = new CompletableFuture<>();
        private long generation = Long.MAX_VALUE;
        private long begunAt;

        /** Kafka has the revocation. */
        synchronized void begin(long offset) {
            generation = offset;
            begunAt = nanos.getAsLong();
        }

        synchronized void heard(RevocationAck ack, long at) {
            heard.add(new Heard(ack, at));
            look();
        }

        /** Completes when every gateway that lives has acknowledged, or after the wait with those that are missing. */
        CompletionStage<Result> result(Duration wait) {
            CompletionStage<Result> unusedToo = done.whenComplete((result, failure) -> close());
            var unused = done.orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS);
            lookAgain();
            return done.exceptionally(late -> now());
        }

        void close() {
            waiting.remove(this);
        }

        /** Gateways die meanwhile: then nobody waits for them. */
        private void lookAgain() {
            synchronized (this) {
                look();
            }
            if (!done.isDone()) {
                CompletableFuture.delayedExecutor(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS)
                        .execute(this::lookAgain);
            }
        }

        private void look() {
            if (generation != Long.MAX_VALUE) {
                Result now = now();
                if (now.missing().isEmpty() && !now.acknowledged().isEmpty()) {
                    done.complete(now);
                }
            }
        }

        private synchronized Result now() {
            Map<String, Acknowledgement> first = new HashMap<>();
            for (Heard one : heard) {
                RevocationAck ack = one.ack();
                if (ack.getGeneration() >= generation) {
                    first.putIfAbsent(
                            ack.getGateway(),
                            new Acknowledgement(
                                    ack.getGateway(),
                                    ack.getGeneration(),
                                    ack.getMillis(),
                                    ack.getCut(),
                                    Duration.ofNanos(Math.max(0, one.at() - begunAt))));
                }
            }
            Set<String> missing = live();
            missing.removeAll(first.keySet());
            return new Result(
                    first.values().stream()
                            .sorted(Comparator.comparing(Acknowledgement::gateway))
                            .toList(),
                    missing);
        }
    }
}
