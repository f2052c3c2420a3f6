package org.dmsc.bridge.core.publish;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;

/**
 * Sealed records into tenants' topics: one idempotent producer per tenant, made when first needed, named after the tenant so that Kafka's
 * quotas can hold it. Records of one partition keep the order of the calls. Thread-safe, never blocks: a topic's metadata is fetched by a
 * helper ({@link TopicGate}), and more bytes than a producer buffers are refused as OVERLOADED instead of waited for.
 */
public final class Outbox implements AutoCloseable {

    /** Most bytes on their way per tenant: below the producer's {@code buffer.memory} of 32 MiB, at which it would block. */
    private static final long MOST_BYTES = 24L * 1024 * 1024;

    private static final int HELPERS = 4;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final Function<TenantId, Producer<String, SealedEnvelope>> factory;
    private final Clock clock;
    private final Map<TenantId, Line> lines = new ConcurrentHashMap<>();
    private final Map<String, TopicGate> gates = new ConcurrentHashMap<>();
    private final ExecutorService helpers;

    public Outbox(Function<TenantId, Producer<String, SealedEnvelope>> factory, Clock clock) {
        this.factory = factory;
        this.clock = clock;
        this.helpers = helpers();
    }

    /** Completes with the record's offset when all replicas have it; fails with TOO_LARGE, OVERLOADED or UNAVAILABLE. */
    public CompletionStage<Long> publish(Outgoing outgoing) {
        Line line = lines.computeIfAbsent(outgoing.tenant(), Line::new);
        long size = outgoing.size();
        if (line.bytes.addAndGet(size) > MOST_BYTES) {
            line.bytes.addAndGet(-size);
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.OVERLOADED,
                    "tenant " + outgoing.tenant() + " has " + MOST_BYTES
                            + " bytes on their way to Kafka; try again later"));
        }
        CompletableFuture<Long> done = new CompletableFuture<>();
        gates.computeIfAbsent(outgoing.topic(), topic -> new TopicGate(() -> line.prepare(topic), helpers, clock))
                .pass(new Parcel(line, outgoing, size, done));
        return done;
    }

    @Override
    public void close() {
        helpers.shutdown();
        lines.values().forEach(Line::close);
    }

    private static ExecutorService helpers() {
        AtomicLong number = new AtomicLong();
        ThreadPoolExecutor made =
                new ThreadPoolExecutor(HELPERS, HELPERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "dmsc-outbox-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    /** One tenant's producer. */
    private final class Line {

        private final TenantId tenant;
        private final AtomicLong bytes = new AtomicLong();
        private final CompletableFuture<Producer<String, SealedEnvelope>> producer = new CompletableFuture<>();

        Line(TenantId tenant) {
            this.tenant = tenant;
        }

        /** Runs on a helper only: making a producer and asking for metadata both take their time. */
        synchronized void prepare(String topic) {
            if (!producer.isDone()) {
                producer.complete(factory.apply(tenant));
            }
            producer.join().partitionsFor(topic);
        }

        synchronized void close() {
            if (producer.isDone()) {
                producer.join().close(CLOSE_WITHIN);
            }
        }
    }

    /** One record waiting to be sent. */
    private record Parcel(Line line, Outgoing outgoing, long size, CompletableFuture<Long> done)
            implements TopicGate.Sender {

        @Override
        public void go() {
            try {
                Future<?> unused = line.producer.join().send(outgoing.toRecord(), (metadata, failure) -> {
                    line.bytes.addAndGet(-size);
                    if (failure == null) {
                        done.complete(metadata.offset());
                    } else {
                        done.completeExceptionally(refused(failure));
                    }
                });
            } catch (RuntimeException e) {
                refuse(e);
            }
        }

        @Override
        public void refuse(RuntimeException cause) {
            line.bytes.addAndGet(-size);
            done.completeExceptionally(refused(cause));
        }

        private RefusedException refused(Exception cause) {
            if (cause instanceof RefusedException known) {
                return known;
            }
            if (cause instanceof RecordTooLargeException) {
                return new RefusedException(
                        Refusal.TOO_LARGE,
                        "record of about " + size + " bytes for " + outgoing.topic() + " is too large for Kafka");
            }
            return new RefusedException(
                    Refusal.UNAVAILABLE,
                    "Kafka did not take a record for " + outgoing.topic() + ": " + cause.getMessage()
                            + "; try again later");
        }
    }
}
