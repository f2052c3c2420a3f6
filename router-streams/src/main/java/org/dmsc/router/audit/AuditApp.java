package org.dmsc.router.audit;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.dmsc.router.run.BoundedRocksDb;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.streams.RunnerConfig;
import org.dmsc.tenant.streams.StreamsRunner;

/**
 * The audit sequencer as one process runs it. An application of its own, so that the flush of the audit topic to disk never sits in a
 * decision.
 */
public final class AuditApp implements AutoCloseable {

    private static final String APPLICATION = "dmsc-audit";
    private static final int COMMIT_MS = 100;
    private static final int POLL_MS = 25;
    /** With one broker each batch is forced to disk: what comes in one commit should be one batch. */
    private static final int BATCH_BYTES = 1024 * 1024;

    private static final int BATCH_RECORDS = 4000;
    private static final int CACHE_BYTES = 1024 * 1024;

    private final AuditCounters counters = new AuditCounters();
    private final StreamsRunner runner;

    /**
     * Keeps its stores below the given directory; one process at a time.
     *
     * @param copied whether a tenant's records are copied to its own audit topic; asked for each record, MUST NOT block, and true only while
     *     that topic exists
     */
    public AuditApp(KafkaClients clients, AvroCodec codec, Predicate<String> copied, Clock clock, Path stateDirectory) {
        AuditTopology.Parts parts = new AuditTopology.Parts(
                new AvroSerde<>(codec, AuditEvent.class).deserializer(), counters, copied, clock);
        Map<String, Object> config = clients.streams(APPLICATION, stateDirectory);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MS);
        config.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        config.putAll(RunnerConfig.CONFIG);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), BATCH_RECORDS);
        // Nobody waits for an event's place in the log: what comes within this time is one request, one transaction,
        // one flush.
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), BATCH_BYTES);
        this.runner = new StreamsRunner(
                new AuditTopology(parts, new AvroSerde<>(codec, AuditRecord.class).serializer()).build(),
                config,
                clock);
    }

    /** Begins to work; returns at once. */
    public void start() {
        runner.start();
    }

    /** Waits until it runs; false when that took longer. */
    public boolean awaitRunning(Duration atMost) throws InterruptedException {
        return runner.awaitRunning(atMost);
    }

    /** Whether it works. */
    public boolean healthy() {
        return runner.healthy();
    }

    /** In words, for people. */
    public String state() {
        return runner.state();
    }

    /** Counters by name, growing since the start: {@code sequenced, repeated, skipped, thread_deaths}. */
    public Map<String, Long> metrics() {
        Map<String, Long> all = counters.all();
        all.put("thread_deaths", runner.deaths());
        return all;
    }

    @Override
    public void close() {
        runner.close();
    }
}
