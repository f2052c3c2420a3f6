package org.dmsc.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The baseline: three Kafka hops and nothing else. tasks → Streams (exactly once, one put into a store) → inbox → plain echo → results; 1 KiB,
 * three partitions, commit interval and poll 1 ms, every linger 0, consumers read committed. TLS as the broker wants it; no sealing, no decision, no audit.
 */
final class BareChain implements Workload {

    private static final int PARTITIONS = 3;
    private static final int BYTES = 1024;
    private static final String STORE = "seen";

    private final Map<String, Object> client;
    private final String run;
    private final KafkaStreams streams;
    private final KafkaProducer<String, byte[]> producer;
    private final Map<String, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final List<Thread> threads;
    private volatile boolean open = true;

    private BareChain(Map<String, Object> client, Path stateFolder, String run) {
        this.client = client;
        this.run = run;
        this.streams = new KafkaStreams(topology(run), settings(client, stateFolder, run));
        this.producer = newProducer();
        this.threads = List.of(new Thread(this::echo, "bare-echo"), new Thread(this::results, "bare-results"));
    }

    /** Makes the topics, starts the chain and waits until it carries records. {@code client} holds bootstrap servers and security. */
    static BareChain start(Map<String, Object> client, Path stateFolder) throws InterruptedException {
        // Names of this run's own, so that a fabric that runs on can be measured again.
        String run = "bench." + Long.toHexString(System.nanoTime());
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(List.of(topic(run + ".tasks"), topic(run + ".inbox"), topic(run + ".results")))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new BenchException("bare chain: its topics could not be made: " + e.getMessage(), e);
        }
        BareChain chain = new BareChain(client, stateFolder, run);
        chain.threads.forEach(Thread::start);
        chain.streams.start();
        chain.awaitFirst();
        return chain;
    }

    private void awaitFirst() throws InterruptedException {
        try {
            once().toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new BenchException("bare chain: the first record did not come back within 60 s", e);
        }
    }

    @Override
    public String name() {
        return "bare chain";
    }

    @Override
    public CompletionStage<Void> once() {
        String id = UUID.randomUUID().toString();
        CompletableFuture<Void> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        Future<RecordMetadata> unused =
                producer.send(new ProducerRecord<>(run + ".tasks", id, new byte[BYTES]), (metadata, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer;
    }

    private void echo() {
        try (KafkaConsumer<String, byte[]> inbox = newConsumer(run + ".inbox");
                KafkaProducer<String, byte[]> out = newProducer()) {
            while (open) {
                inbox.poll(Duration.ofMillis(100)).forEach(r -> {
                    Future<RecordMetadata> unused =
                            out.send(new ProducerRecord<>(run + ".results", r.key(), r.value()));
                });
            }
        }
    }

    private void results() {
        try (KafkaConsumer<String, byte[]> results = newConsumer(run + ".results")) {
            while (open) {
                results.poll(Duration.ofMillis(100)).forEach(r -> {
                    CompletableFuture<Void> answer = waiting.remove(r.key());
                    if (answer != null) {
                        answer.complete(null);
                    }
                });
            }
        }
    }

    @Override
    public void close() {
        open = false;
        streams.close(Duration.ofSeconds(10));
        producer.close(Duration.ofSeconds(5));
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static NewTopic topic(String name) {
        return new NewTopic(name, PARTITIONS, (short) 1);
    }

    private KafkaProducer<String, byte[]> newProducer() {
        Map<String, Object> config = new java.util.HashMap<>(client);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    private KafkaConsumer<String, byte[]> newConsumer(String topic) {
        Map<String, Object> config = new java.util.HashMap<>(client);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = java.util.stream.IntStream.range(0, PARTITIONS)
                .mapToObj(p -> new TopicPartition(topic, p))
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    private static Properties settings(Map<String, Object> client, Path stateFolder, String run) {
        Properties settings = new Properties();
        settings.putAll(client);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, run);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1);
        settings.put(StreamsConfig.POLL_MS_CONFIG, 1);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        return settings;
    }

    private static Topology topology(String run) {
        return new Topology()
                .addSource("tasks", new StringDeserializer(), new ByteArrayDeserializer(), run + ".tasks")
                .addProcessor("remember", Remember::new, "tasks")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray()),
                        "remember")
                .addSink("inbox", run + ".inbox", new StringSerializer(), new ByteArraySerializer(), "remember");
    }

    /** One put, one forward: as little as a decision could be. */
    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else.
    private static final class Remember implements Processor<String, byte[], String, byte[]> {

        private ProcessorContext<String, byte[]> context;
        private KeyValueStore<String, byte[]> store;

        @Override
        public void init(ProcessorContext<String, byte[]> newContext) {
            context = newContext;
            store = newContext.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            store.put(record.key(), record.value());
            context.forward(record);
        }
    }
}
