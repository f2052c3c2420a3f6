package org.dmsc.bridge.core.trail;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.bridge.core.AuditQuery.Slice;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditRecord;

/** {@link AuditReader} on a few threads of its own, each question with a Kafka client of its own. */
public final class KafkaAuditReader implements AuditReader, AutoCloseable {

    private static final Duration REST = Duration.ofSeconds(15);
    private static final int AT_ONCE = 2;
    private static final int MOST_WAITING = 16;
    private static final int MOST_RECORDS = 10_000;

    private final Supplier<Consumer<String, byte[]>> readers;
    private final Deserializer<AuditRecord> values;
    private final Clock clock;
    private final ThreadPoolExecutor executor;
    private final Optional<AuditIndex> index;

    /**
     * Reads nothing yet.
     *
     * @param folder where the index of the log is kept; empty: there is none, and each search reads the log
     */
    public KafkaAuditReader(
            Supplier<Consumer<String, byte[]>> readers,
            Deserializer<AuditRecord> values,
            Clock clock,
            Optional<Path> folder) {
        this.index = folder.map(place -> new AuditIndex(place, readers, values, REST));
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

    /** Begins to read for the index. */
    public void start() {
        index.ifPresent(AuditIndex::start);
    }

    @Override
    public CompletionStage<List<AuditRecord>> read(
            Optional<TenantId> tenant, Set<String> words, Predicate<AuditRecord> wanted, int limit) {
        int most = Math.max(0, Math.min(limit, MOST_RECORDS));
        return scan(tenant, scan -> scan.newest(words, wanted, most));
    }

    @Override
    public CompletionStage<Slice> page(AuditQuery query) {
        return scan(query.tenant(), scan -> scan.page(query));
    }

    private <T> CompletionStage<T> scan(Optional<TenantId> tenant, Function<AuditScan, T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try (Consumer<String, byte[]> reader = readers.get()) {
                    result.complete(work.apply(new AuditScan(reader, values, clock, tenant, index)));
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
        index.ifPresent(AuditIndex::close);
    }
}
