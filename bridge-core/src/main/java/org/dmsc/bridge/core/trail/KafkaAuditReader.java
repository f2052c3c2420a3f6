package org.dmsc.bridge.core.trail;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditRecord;

/** {@link AuditReader} by scanning {@code dmsc.audit} up to where it ends now, on a few threads of its own. */
public final class KafkaAuditReader implements AuditReader, AutoCloseable {

    private static final int AT_ONCE = 2;
    private static final int MOST_WAITING = 16;
    private static final int MOST_RECORDS = 10_000;
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Supplier<Consumer<String, byte[]>> readers;
    private final Deserializer<AuditRecord> values;
    private final Clock clock;
    private final ThreadPoolExecutor executor;

    public KafkaAuditReader(Supplier<Consumer<String, byte[]>> readers, Deserializer<AuditRecord> values, Clock clock) {
        this.readers = readers;
        this.values = values;
        this.clock = clock;
        this.executor = new ThreadPoolExecutor(
                AT_ONCE, AT_ONCE, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "dmsc-audit-scan");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public CompletionStage<List<AuditRecord>> read(
            Optional<TenantId> tenant, Predicate<AuditRecord> wanted, int limit) {
        CompletableFuture<List<AuditRecord>> result = new CompletableFuture<>();
        int most = Math.max(0, Math.min(limit, MOST_RECORDS));
        try {
            executor.execute(() -> {
                try {
                    result.complete(scan(tenant, wanted, most));
                } catch (KafkaException e) {
                    result.completeExceptionally(new RefusedException(
                            Refusal.UNAVAILABLE,
                            "the audit log cannot be read: " + e.getMessage() + "; try again later"));
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RefusedException(Refusal.OVERLOADED, "too many read the audit log; try again later"));
        }
        return result;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private List<AuditRecord> scan(Optional<TenantId> tenant, Predicate<AuditRecord> wanted, int most) {
        Deque<AuditRecord> newest = new ArrayDeque<>();
        try (Consumer<String, byte[]> reader = readers.get()) {
            List<TopicPartition> partitions = partitions(reader, tenant);
            reader.assign(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions, WITHIN);
            reader.seekToBeginning(partitions);
            long deadline = clock.millis() + WITHIN.toMillis();
            while (partitions.stream().anyMatch(one -> reader.position(one) < ends.getOrDefault(one, 0L))) {
                if (clock.millis() > deadline) {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE, "reading the audit log took longer than " + WITHIN.toSeconds() + " s");
                }
                for (ConsumerRecord<String, byte[]> read : reader.poll(POLL)) {
                    add(newest, read, tenant, wanted);
                    if (newest.size() > most) {
                        newest.removeFirst();
                    }
                }
            }
        }
        return new ArrayList<>(newest);
    }

    private void add(
            Deque<AuditRecord> newest,
            ConsumerRecord<String, byte[]> read,
            Optional<TenantId> tenant,
            Predicate<AuditRecord> wanted) {
        if (read.value() == null
                || tenant.filter(one -> !one.value().equals(read.key())).isPresent()) {
            return;
        }
        AuditRecord found = values.deserialize(read.topic(), read.value());
        if (wanted.test(found)) {
            newest.addLast(found);
        }
    }

    /** A tenant's records are all in one partition. */
    private static List<TopicPartition> partitions(Consumer<String, byte[]> reader, Optional<TenantId> tenant) {
        int count = reader.partitionsFor(TopicNames.AUDIT, WITHIN).size();
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (tenant.isEmpty() || Lanes.of(tenant.get().value(), count) == i) {
                partitions.add(new TopicPartition(TopicNames.AUDIT, i));
            }
        }
        return partitions;
    }
}
