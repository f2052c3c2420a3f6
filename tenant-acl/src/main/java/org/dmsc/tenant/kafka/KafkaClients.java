package org.dmsc.tenant.kafka;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.schemas.TenantId;

/**
 * Makes every Kafka client of a process with the settings that the fabric's promises rest on: all replicas acknowledge, consumers see
 * committed records only, nothing is committed behind anybody's back, no client makes a topic by naming it. Whoever asks closes the client.
 */
public final class KafkaClients {

    /** Largest record, on topics and in producers: a body of 10 MiB with its envelope. */
    public static final int MAX_RECORD_BYTES = 12 * 1024 * 1024;

    /** After this a silent gateway loses its lanes, and a silent stream thread its tasks. The broker's default minimum is the same. */
    private static final int SESSION_MS = 6000;

    private static final int HEARTBEAT_MS = 2000;

    /** A loop that is stuck gives its lanes away; far above what one round of a healthy loop takes. */
    private static final int MAX_POLL_INTERVAL_MS = 20_000;

    /** How long a record of a killed transaction can hold back what stands behind it (design 14.7). */
    private static final int TRANSACTION_TIMEOUT_MS = 3000;

    /**
     * How long an empty fetch waits at the broker. A partition that is assigned meanwhile, and the closing of a consumer, wait with it: at
     * Kafka's 500 ms that would be most of what it takes to make a tenant.
     */
    private static final int FETCH_WAIT_MS = 100;

    /** Longer than a transaction takes to be worked out, shorter than one that nobody waits for. */
    private static final int TRANSACTION_LINGER_MS = 10;

    private static final int PROMPT_FETCH_WAIT_MS = 5;
    /** What a main consumer asks when its partitions change stands behind a fetch on the same connection: twice this is lost each time. */
    private static final int MAIN_FETCH_WAIT_MS = 40;
    /** A reader of a topic that was made a moment ago asks for its leader again after this, not after Kafka's 100 ms. */
    private static final int READER_RETRY_MS = 20;

    /** What one request may hold for one partition: with one on its way at a time this bounds the throughput where Kafka is far. */
    private static final int BATCH_BYTES = 128 * 1024;

    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int DELIVERY_TIMEOUT_MS = 15_000;
    private static final int MAX_BLOCK_MS = 10_000;

    private final KafkaConnection connection;

    public KafkaClients(KafkaConnection connection) {
        this.connection = connection;
    }

    /** How to reach Kafka. */
    public KafkaConnection connection() {
        return connection;
    }

    /** Properties that every client needs, for clients that are made elsewhere. */
    public Map<String, Object> common(String name) {
        Map<String, Object> config = new HashMap<>(connection.security());
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, connection.bootstrapServers());
        config.put(CommonClientConfigs.CLIENT_ID_CONFIG, connection.clientIdPrefix() + name);
        config.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return config;
    }

    /** An idempotent producer. Sends at once: linger costs more latency than it saves here. */
    public <V> Producer<String, V> producer(String name, Serializer<V> values) {
        return new KafkaProducer<>(producerConfig(name), new StringSerializer(), values);
    }

    /**
     * An idempotent producer for one tenant's records, throttled with all others of that tenant and with nobody else. One request on its way at
     * a time: a record that finds none leaves at once, and what comes meanwhile leaves together. Under load that is a tenth of the requests,
     * whose number, not size, is what costs a broker.
     */
    public <V> Producer<String, V> producer(TenantId tenant, Serializer<V> values) {
        Map<String, Object> config = producerConfig(tenant.value());
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        config.put(CommonClientConfigs.CLIENT_ID_CONFIG, tenantClientId(tenant));
        return new KafkaProducer<>(config, new StringSerializer(), values);
    }

    /** The client id of all producers of a tenant, whichever the process: what Kafka's quotas go by. */
    public static String tenantClientId(TenantId tenant) {
        return "dmsc-tenant-" + tenant;
    }

    /** The same in transactions; the caller runs {@code initTransactions}. The id MUST be used by one process at a time. */
    public <V> Producer<String, V> transactionalProducer(String name, String transactionalId, Serializer<V> values) {
        Map<String, Object> config = producerConfig(name);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        return new KafkaProducer<>(config, new StringSerializer(), values);
    }

    /** A consumer without group for {@code assign()}: it commits nothing. */
    public <V> Consumer<String, V> reader(String name, Deserializer<V> values) {
        return new KafkaConsumer<>(readerConfig(name), new StringDeserializer(), values);
    }

    /** The same for a moment's use: it asks the broker often, and so need not wait for an answer that is on its way when it is closed. */
    public <V> Consumer<String, V> promptReader(String name, Deserializer<V> values) {
        Map<String, Object> config = readerConfig(name);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, PROMPT_FETCH_WAIT_MS);
        return new KafkaConsumer<>(config, new StringDeserializer(), values);
    }

    /** A member of a consumer group that keeps what it has through a rebalance and commits only what it is told to. */
    public <V> Consumer<String, V> groupConsumer(String name, String groupId, Deserializer<V> values) {
        Map<String, Object> config = readerConfig(name);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MS);
        config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, MAX_POLL_INTERVAL_MS);
        return new KafkaConsumer<>(config, new StringDeserializer(), values);
    }

    /** For topics, ACLs and offsets. */
    public Admin admin() {
        return Admin.create(common("admin"));
    }

    /**
     * Settings of a Kafka Streams application, exactly once and at the lowest latency that was measured (facts/kafka.md c): commit and
     * poll every millisecond, a linger that a commit ends (Streams' own is 100 ms), no cache, the classic protocol because the sources are patterns. The map
     * is the caller's to add to.
     */
    public Map<String, Object> streams(String applicationId, Path stateDir) {
        Map<String, Object> config = common(applicationId);
        config.put("application.id", applicationId);
        config.put("state.dir", stateDir.toString());
        config.put("processing.guarantee", "exactly_once_v2");
        config.put("group.protocol", "classic");
        config.put("commit.interval.ms", 1);
        config.put("poll.ms", 1);
        config.put("statestore.cache.max.bytes", 0);
        config.put("replication.factor", -1);
        config.put("ensure.explicit.internal.resource.naming", true);
        // A commit flushes, and nothing is seen before it: what a transaction writes goes out in a request or two,
        // not in one for each record.
        config.put("producer." + ProducerConfig.LINGER_MS_CONFIG, TRANSACTION_LINGER_MS);
        config.put("producer." + ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        config.put("producer." + ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        // The default of 100 ms is what a commit costs each time that the markers of the one before are still being
        // written.
        config.put("producer." + ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 2);
        config.put("producer." + ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 50);
        config.put("producer." + ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        // A new tenant's topics are found within this time. Only the consumer with the pattern looks for them: each
        // look
        // costs the broker a list of all topics.
        config.put("main.consumer.metadata.max.age.ms", 300);
        config.put("main.consumer." + ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, Membership.in(stateDir));
        config.put("consumer." + ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
        config.put("consumer." + ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MS);
        config.put("consumer." + ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put("consumer." + ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        config.put("main.consumer." + ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, MAIN_FETCH_WAIT_MS);
        config.put("main.consumer." + ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, READER_RETRY_MS);
        return config;
    }

    private Map<String, Object> producerConfig(String name) {
        Map<String, Object> config = common(name);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MS);
        return config;
    }

    private Map<String, Object> readerConfig(String name) {
        Map<String, Object> config = common(name);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        config.put(ConsumerConfig.RETRY_BACKOFF_MS_CONFIG, READER_RETRY_MS);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return config;
    }
}
