package org.dmsc.router.learn;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.dmsc.router.run.BoundedRocksDb;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.streams.RunnerConfig;
import org.dmsc.tenant.streams.StreamsRunner;

/** The learner as one process runs it, exactly once. An application of its own, so that learning never sits in a decision. */
public final class LearnerApp implements AutoCloseable {

    private static final String APPLICATION = "dmsc-learner";
    /** Nobody waits for a lesson. */
    private static final int COMMIT_MS = 100;

    private static final int POLL_MS = 100;
    /** Nobody waits for a lesson: those that come within the fetch wait are one request. */
    private static final int FETCH_BYTES = 1024 * 1024;

    private final LearnerCounters counters = new LearnerCounters();
    private final StreamsRunner runner;

    /** Keeps its stores below the given directory; one process at a time. */
    public LearnerApp(
            KafkaClients clients, Sealing sealing, Predicate<TenantId> gone, Clock clock, Path stateDirectory) {
        Map<String, Object> config = clients.streams(APPLICATION, stateDirectory);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MS);
        config.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), FETCH_BYTES);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        config.putAll(RunnerConfig.CONFIG);
        LearnerParts parts = LearnerParts.of(sealing.envelopes(), sealing.codec(), gone, sealing.random(), counters);
        this.runner = new StreamsRunner(new LearnerTopology(parts).build(), config, clock);
    }

    /** What lessons are opened and keys are made with. */
    public record Sealing(Envelopes envelopes, AvroCodec codec, SecureRandom random) {}

    /** Begins to work; returns at once. Nothing waits for it: what happens meanwhile is learnt later. */
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

    /** Counters by name, growing since the start: {@code learnt, skipped, tenants_forgotten, thread_deaths}. */
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
