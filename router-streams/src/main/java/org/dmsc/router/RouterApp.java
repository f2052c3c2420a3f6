package org.dmsc.router;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.run.BoundedRocksDb;
import org.dmsc.router.run.CommitPace;
import org.dmsc.router.run.CountPolled;
import org.dmsc.router.run.ReadMarks;
import org.dmsc.router.task.FoundTasks;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.router.topology.Candidates;
import org.dmsc.router.topology.InFlight;
import org.dmsc.router.topology.RouterCounters;
import org.dmsc.router.topology.RouterParts;
import org.dmsc.router.topology.RouterStores;
import org.dmsc.router.topology.RouterTopology;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.streams.RunnerConfig;
import org.dmsc.tenant.streams.StreamsRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The router as one process runs it: decides delegations and carries tasks to their end, exactly once. Start it after the views of tenants and
 * agents have caught up, or its first decisions know nobody.
 */
public final class RouterApp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouterApp.class);

    /**
     * What somebody waits for is committed at once, because the processor asks for it; what nobody waits for (outcomes, an assignment read
     * back) goes along with the next of those, or after this time. Each commit is a transaction over about six partitions. Not shorter than a
     * backlog is worked on without one.
     */
    private static final int LAZY_COMMIT_MS = (int) CommitPace.LONGEST_MS;

    /** How long the thread sleeps when there is nothing to read; a record wakes it. Due times and lazy commits wait for its end. */
    private static final int POLL_MS = 20;

    /**
     * Records of a partition that wait in memory; what is buffered is worked off before anything new is read, so a tenant's crowd in here is
     * what another tenant's next record waits for.
     */
    private static final int BUFFERED = 50;

    /** Records of all partitions that are taken over at once, and at most so many are in one transaction. */
    private static final int POLLED = 200;

    private static final int OFFSETS_WITHIN_MS = 2000;

    private final KafkaClients clients;
    private final RouterSettings settings;
    private final RouterCounters counters = new RouterCounters();
    private final CommitPace pace = new CommitPace();
    private final ReadMarks marks = new ReadMarks();
    private final Candidates candidates;
    private final RouterStores stores;
    private final StreamsRunner runner;

    @SuppressWarnings("checkstyle:ParameterNumber") // One collaborator each; the composition root is the only caller.
    public RouterApp(
            KafkaClients clients,
            Envelopes envelopes,
            AvroCodec codec,
            Tenants tenants,
            Policies policies,
            Agents agents,
            CapabilityIndex index,
            Experiences experiences,
            Clock clock,
            Random random,
            RouterSettings settings) {
        this.clients = clients;
        this.settings = settings;
        InFlight inFlight = new InFlight(settings.lanes());
        this.candidates = new Candidates(tenants, policies, agents, index, experiences, inFlight);
        this.stores = new RouterStores(envelopes, codec);
        RouterParts.Rules rules = new RouterParts.Rules(
                new AgentSelector(settings.selection()),
                settings.names(),
                settings.patience(),
                random,
                settings.tick());
        RouterParts parts = RouterParts.of(
                envelopes,
                codec,
                rules,
                candidates,
                agents,
                new RouterParts.Sharing(settings.lanes(), inFlight, counters, pace, marks));
        Topology topology = new RouterTopology(TopicNames.ROUTER_SOURCE, parts).build();
        this.runner = new StreamsRunner(topology, config(clients), clock);
    }

    private Map<String, Object> config(KafkaClients clients) {
        Map<String, Object> config = clients.streams(settings.applicationId(), settings.stateDirectory());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, LAZY_COMMIT_MS);
        config.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
        config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), POLLED);
        config.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG),
                CountPolled.class.getName());
        config.put(StreamsConfig.mainConsumerPrefix(CountPolled.PACE), pace);
        config.put(StreamsConfig.mainConsumerPrefix(CountPolled.MARKS), marks);
        config.putAll(RunnerConfig.CONFIG);
        settings.answeringAt()
                .ifPresent(at -> config.put(StreamsConfig.APPLICATION_SERVER_CONFIG, at.host() + ":" + at.port()));
        return config;
    }

    /** Begins to work; returns at once. */
    public void start() {
        candidates.start();
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

    /** Counters by name, growing since the start: {@code records, accepted, assigned, deferred, …} and {@code thread_deaths}. */
    public Map<String, Long> metrics() {
        Map<String, Long> all = counters.all();
        all.put("thread_deaths", runner.deaths());
        return all;
    }

    /** A task from the store of this process; empty when there is none, or another router holds its lane, or the lane is on the move. */
    public Optional<StoredTaskRecord> find(TenantId tenant, String taskId) {
        return look(tenant, taskId).flatMap(found -> found);
    }

    /**
     * Whether the store of this process holds all that was written before these offsets of its lanes. Meant for lanes that are here; for others
     * the answer says nothing. May ask Kafka once for each partition, and wait for that.
     */
    public boolean hasRead(Map<TopicPartition, Long> ends) {
        Set<TopicPartition> unknown = marks.unknown(ends.keySet());
        if (!unknown.isEmpty()) {
            readCommitted(unknown);
        }
        return marks.haveReached(ends);
    }

    private void readCommitted(Set<TopicPartition> partitions) {
        try (Admin admin = clients.admin()) {
            marks.committed(
                    partitions,
                    admin.listConsumerGroupOffsets(settings.applicationId())
                            .partitionsToOffsetAndMetadata()
                            .get(OFFSETS_WITHIN_MS, TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().setCause(e).log("committed offsets cannot be read now");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A task from the store of this process.
     *
     * @return empty when another router holds its lane, or the lane is on the move; an empty one when the store is here and has no such task
     */
    public Optional<Optional<StoredTaskRecord>> look(TenantId tenant, String taskId) {
        TaskKey key = new TaskKey(tenant, taskId);
        int lane = Lanes.of(taskId, settings.lanes());
        return runner.ask(() -> {
            ReadOnlyKeyValueStore<Bytes, byte[]> store = store(lane);
            return Optional.of(
                    stores.state(store, key).map(state -> new StoredTaskRecord(state, stores.events(store, key))));
        });
    }

    /**
     * What a search found in this process.
     *
     * @param lanes those that are here, and were searched
     */
    public record LanesFound(Set<Integer> lanes, FoundTasks found) {
        private static final LanesFound NONE = new LanesFound(Set.of(), new FoundTasks(List.of(), Optional.empty(), 0));

        public LanesFound {
            lanes = Set.copyOf(lanes);
        }
    }

    /** A caller's tasks from those lanes whose stores are in this process now. */
    public LanesFound searchHere(TaskSearch search) {
        Map<Integer, ReadOnlyKeyValueStore<Bytes, byte[]>> here = new TreeMap<>();
        for (int lane = 0; lane < settings.lanes(); lane++) {
            int one = lane;
            runner.ask(() -> Optional.of(storeHere(one))).ifPresent(store -> here.put(one, store));
        }
        // Empty when one of them moved away meanwhile.
        return runner.ask(() ->
                        Optional.of(new LanesFound(here.keySet(), stores.search(List.copyOf(here.values()), search))))
                .orElse(LanesFound.NONE);
    }

    /** Where the router that has a lane answers; empty when it is not known, or that one answers nowhere. */
    public Optional<HostInfo> owner(int lane) {
        return answering().stream()
                .filter(router -> router.topicPartitions().stream().anyMatch(part -> part.partition() == lane))
                .map(StreamsMetadata::hostInfo)
                .findFirst();
    }

    /** Where routers answer, this one among them, as far as they do. */
    public Set<HostInfo> routers() {
        return answering().stream().map(StreamsMetadata::hostInfo).collect(Collectors.toSet());
    }

    private List<StreamsMetadata> answering() {
        return runner.ask(() -> Optional.of(runner.streams().metadataForAllStreamsClients().stream()
                        .filter(router -> !router.hostInfo().equals(HostInfo.unavailable()))
                        .toList()))
                .orElse(List.of());
    }

    /** Streams gives a store of any partition, and says that it is not here when it is asked something. */
    private ReadOnlyKeyValueStore<Bytes, byte[]> storeHere(int lane) {
        ReadOnlyKeyValueStore<Bytes, byte[]> store = store(lane);
        long unused = store.approximateNumEntries();
        return store;
    }

    private ReadOnlyKeyValueStore<Bytes, byte[]> store(int lane) {
        return runner.streams()
                .store(StoreQueryParameters.fromNameAndType(
                                RouterStores.TASKS, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
                        .withPartition(lane));
    }

    @Override
    public void close() {
        runner.close();
    }
}
