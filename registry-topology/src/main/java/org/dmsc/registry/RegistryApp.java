package org.dmsc.registry;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.dmsc.registry.topology.RegistryParts;
import org.dmsc.registry.topology.RegistryTopology;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.streams.RunnerConfig;
import org.dmsc.tenant.streams.StreamsRunner;

/** The registry as one process runs it: keeps the agents, their health, load and breakers, and tells everybody on {@code dmsc.sys.registry}. */
public final class RegistryApp implements AutoCloseable {

    private static final int POLL_MS = 25;
    /** Reports come one by one, two for each task; those of this time are one request. */
    private static final int FETCH_WAIT_MS = 40;

    private static final int FETCH_BYTES = 256 * 1024;

    private final GatewayLeaseView leases;
    private final RegistryParts parts;
    private final StreamsRunner runner;

    public RegistryApp(
            KafkaClients clients, Envelopes envelopes, AvroCodec codec, Clock clock, RegistrySettings settings) {
        this.leases = new GatewayLeaseView(clients, codec, clock);
        this.parts = RegistryParts.of(
                envelopes,
                codec,
                new RegistryParts.Writer(settings.domain(), settings.node()),
                settings.policy(),
                new RegistryParts.Pace(settings.emitEvery(), settings.tick()),
                leases);
        this.runner = new StreamsRunner(
                new RegistryTopology(TopicNames.REGISTRY_SOURCE, parts).build(), config(clients, settings), clock);
    }

    private static Map<String, Object> config(KafkaClients clients, RegistrySettings settings) {
        Map<String, Object> config = clients.streams(settings.applicationId(), settings.stateDirectory());
        config.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.commitEvery().toMillis());
        config.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), FETCH_BYTES);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), FETCH_WAIT_MS);
        config.putAll(RunnerConfig.CONFIG);
        return config;
    }

    /** Begins to work; returns at once. */
    public void start() {
        leases.start();
        runner.start();
    }

    /** Waits until it runs; false when that took longer. */
    public boolean awaitRunning(Duration atMost) throws InterruptedException {
        return leases.awaitCaughtUp(atMost) && runner.awaitRunning(atMost);
    }

    /** Whether it works. */
    public boolean healthy() {
        return runner.healthy() && leases.healthy();
    }

    /** In words, for people. */
    public String state() {
        return runner.state();
    }

    /** Counters by name, growing since the start: {@code reports, snapshots, went_down, unusable, thread_deaths}. */
    public Map<String, Long> metrics() {
        Map<String, Long> all = parts.counters().all();
        all.put("thread_deaths", runner.deaths());
        return all;
    }

    @Override
    public void close() {
        runner.close();
        leases.close();
    }
}
