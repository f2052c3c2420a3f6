package org.dmsc.bridge.core.trail;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.trail.RefusalFlood.Summary;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link AuditTrail} onto {@code dmsc.sys.audit-intake}. One thread of its own talks to the producer, because a producer may wait; callers only
 * queue. When the queue is full an event is refused to its writer, which refuses what the event tells of; a refusal is counted instead.
 * Nothing takes memory without end.
 */
public final class KafkaAuditTrail implements AuditTrail, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaAuditTrail.class);

    /** Owner of what cannot be put down to any tenant. */
    private static final String FABRIC = "sys";

    private static final int MOST_QUEUED = 10_000;
    private static final int MOST_REASON = 500;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final Supplier<Producer<String, AuditEvent>> factory;
    private final Supplier<String> ids;
    private final String node;
    private final Clock clock;
    private final RefusalFlood flood;
    private final ThreadPoolExecutor writer;
    private volatile boolean writable = true;
    private volatile boolean closed;
    private final CompletableFuture<Producer<String, AuditEvent>> producer = new CompletableFuture<>();

    public KafkaAuditTrail(
            Supplier<Producer<String, AuditEvent>> factory, Supplier<String> ids, String node, Clock clock) {
        this.factory = factory;
        this.ids = ids;
        this.node = node;
        this.clock = clock;
        this.flood = new RefusalFlood(clock.millis());
        this.writer =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_QUEUED), task -> {
                    Thread thread = new Thread(task, "dmsc-audit");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Makes the producer ahead of the first event. */
    public void start() {
        writer.execute(this::producer);
    }

    @Override
    public CompletionStage<Void> record(AuditEvent event) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            writer.execute(() -> send(event, done));
        } catch (RejectedExecutionException e) {
            LOG.atError()
                    .addKeyValue("tenant", event.getTenant())
                    .addKeyValue("kind", event.getKind())
                    .addKeyValue("refusal", event.getRefusal())
                    .log("an audit event was lost: too many wait for Kafka");
            done.completeExceptionally(
                    new RefusedException(Refusal.OVERLOADED, "too many audit events wait for Kafka"));
        }
        return done;
    }

    @Override
    public void refused(RefusalNote note) {
        boolean singly;
        synchronized (flood) {
            singly = flood.singly(note);
        }
        if (singly) {
            write(new Summary(note, 1), Map.of());
        }
        summaries();
    }

    /** Writes what was counted; called on refusals and, so that the last ones come out too, now and then. */
    public void summaries() {
        List<Summary> due;
        synchronized (flood) {
            due = flood.drain(clock.millis());
        }
        write(due);
    }

    @Override
    public void close() {
        closed = true;
        List<Summary> rest;
        synchronized (flood) {
            rest = flood.drainNow(clock.millis());
        }
        write(rest);
        writer.shutdown();
        try {
            if (!writer.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn()
                        .addKeyValue("events", writer.getQueue().size())
                        .log("audit events were not written in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (producer.isDone() && !producer.isCompletedExceptionally()) {
            producer.join().close(CLOSE_WITHIN);
        }
    }

    private void write(List<Summary> summaries) {
        summaries.forEach(summary -> write(summary, Map.of("count", Long.toString(summary.count()))));
    }

    private void write(Summary summary, Map<String, String> details) {
        CompletionStage<Void> unused = record(event(summary.example(), details)).whenComplete((done, failure) -> {
            if (failure != null) {
                unwritten(summary, failure);
            }
        });
    }

    /** Refused is refused: who was refused has gone, and the record of it waits here, as a number, until Kafka takes it. */
    private void unwritten(Summary summary, Throwable failure) {
        if (closed) {
            LOG.atError()
                    .addKeyValue("cause", failure.getMessage())
                    .addKeyValue("count", summary.count())
                    .log("refusals were not audited");
        }
        synchronized (flood) {
            flood.again(summary);
        }
    }

    /** Whether Kafka took the newest event that it answered to. */
    public boolean healthy() {
        return writable;
    }

    /** In words, for people. */
    public String condition() {
        return writable ? "written" : "Kafka takes no audit events: what needs one is refused";
    }

    private void send(AuditEvent event, CompletableFuture<Void> done) {
        try {
            ProducerRecord<String, AuditEvent> made =
                    new ProducerRecord<>(TopicNames.AUDIT_INTAKE, event.getTenant(), event);
            Future<?> unused = producer().send(made, (metadata, failure) -> {
                answered(failure);
                if (failure == null) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(unavailable(failure));
                }
            });
        } catch (RuntimeException e) {
            answered(e);
            done.completeExceptionally(unavailable(e));
        }
    }

    /** Said once, and not for each event: a flood that cannot be audited would bury the process's log instead. */
    private void answered(@Nullable Exception failure) {
        boolean was = writable;
        writable = failure == null;
        if (was && failure != null) {
            LOG.atError()
                    .addKeyValue("cause", failure.toString())
                    .log("Kafka takes no audit events: what needs one is refused, refusals are counted until it does");
        }
    }

    /** Writer's thread only. */
    private Producer<String, AuditEvent> producer() {
        if (!producer.isDone()) {
            producer.complete(factory.get());
        }
        return producer.join();
    }

    private static RefusedException unavailable(Exception cause) {
        return new RefusedException(Refusal.UNAVAILABLE, "Kafka did not take an audit event: " + cause.getMessage());
    }

    private AuditEvent event(RefusalNote note, Map<String, String> details) {
        String sentence = note.sentence();
        String reason = sentence.length() > MOST_REASON ? sentence.substring(0, MOST_REASON) : sentence;
        return AuditEvent.newBuilder()
                .setEventId(ids.get())
                .setTenant(note.tenant().map(Object::toString).orElse(FABRIC))
                .setTime(clock.millis())
                .setKind(note.weight() == RefusalNote.Weight.DRY_RUN ? AuditKind.POLICY_TRIAL : AuditKind.REFUSAL)
                .setActor(note.actor())
                .setNode(node)
                .setTaskId(note.taskId().orElse(null))
                .setObject(note.object().orElse(null))
                .setRefusal(note.refusal().name())
                .setReasons(List.of(reason))
                .setDetails(details)
                .build();
    }
}
