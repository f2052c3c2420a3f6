package org.dmsc.schemas.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded registry (design 14.12): the topic {@code dmsc.sys.schemas}, one partition, never compacted and never trimmed. The n-th
 * different schema text on it has id n. Whoever registers appends and reads back, so that processes which register the same schema at once
 * agree; as in Confluent's registry, one text under two subjects has one id.
 *
 * <p>Ids are given to texts, not to parsed schemas: versions of Avro that disagree about a schema's validity still agree about all ids.
 *
 * <p>There is no thread: what is missing is read when it is asked for, under a lock that only such misses take.
 */
public final class TopicSchemaRegistry implements SchemaRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(TopicSchemaRegistry.class);
    private static final TopicPartition LOG_PARTITION = new TopicPartition(TopicNames.SCHEMAS, 0);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Supplier<Producer<String, String>> producers;
    private final Supplier<Consumer<String, String>> consumers;
    private final Duration timeout;
    private final RegisteredIds registered = new RegisteredIds();
    private final Map<Integer, Schema> parsed = new ConcurrentHashMap<>();

    /** What has been read: texts in order of first appearance, and their ids. Guarded by this. */
    private final List<String> texts = new ArrayList<>();

    private final Map<String, Integer> idOfText = new HashMap<>();
    private @Nullable Producer<String, String> producer;
    private @Nullable Consumer<String, String> consumer;

    /** Reaches Kafka with these client properties: at least {@code bootstrap.servers}, and security settings where there are any. */
    public TopicSchemaRegistry(Map<String, ?> clientProperties) {
        this(() -> producer(clientProperties), () -> consumer(clientProperties), TIMEOUT);
    }

    TopicSchemaRegistry(
            Supplier<Producer<String, String>> producers,
            Supplier<Consumer<String, String>> consumers,
            Duration timeout) {
        this.producers = producers;
        this.consumers = consumers;
        this.timeout = timeout;
    }

    /** Reads the topic, which MUST exist, up to its end. Refused as UNAVAILABLE when Kafka does not answer in 30 s. */
    public synchronized void start() {
        Consumer<String, String> reader = consumers.get();
        consumer = reader;
        producer = producers.get();
        kafka("read", () -> {
            reader.assign(List.of(LOG_PARTITION));
            reader.seekToBeginning(List.of(LOG_PARTITION));
            readTo(end());
            return null;
        });
        LOG.atInfo()
                .addKeyValue("topic", TopicNames.SCHEMAS)
                .addKeyValue("schemas", texts.size())
                .log("schema registry read");
    }

    @Override
    public int register(String subject, Schema schema) {
        return registered.get(subject, schema, text -> append(subject, text));
    }

    @Override
    public Schema byId(int id) {
        Schema known = parsed.get(id);
        if (known != null) {
            return known;
        }
        Schema schema = SchemaTexts.parse(id, text(id));
        parsed.put(id, schema);
        return schema;
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
        if (consumer != null) {
            consumer.close();
            consumer = null;
        }
    }

    private synchronized int append(String subject, String text) {
        Integer known = idOfText.get(text);
        if (known != null) {
            return known;
        }
        kafka("read", () -> {
            readTo(end());
            return null;
        });
        if (!idOfText.containsKey(text)) {
            kafka("write", () -> {
                readTo(written(new ProducerRecord<>(TopicNames.SCHEMAS, 0, subject, SchemaTexts.entry(subject, text)))
                        + 1);
                return null;
            });
        }
        Integer id = idOfText.get(text);
        if (id == null) {
            throw new RefusedException(
                    Refusal.INTERNAL, "a schema of subject " + subject + " was written and is not in the topic");
        }
        return id;
    }

    private long written(ProducerRecord<String, String> entry)
            throws ExecutionException, TimeoutException, InterruptedException {
        return started(producer)
                .send(entry)
                .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .offset();
    }

    private synchronized String text(int id) {
        if (id > texts.size()) {
            kafka("read", () -> {
                readTo(end());
                return null;
            });
        }
        if (id < 1 || id > texts.size()) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "schema id " + id + " (expected 1 to " + texts.size()
                            + ": the record was written with another registry, or is damaged)");
        }
        return texts.get(id - 1);
    }

    private long end() {
        return started(consumer).endOffsets(List.of(LOG_PARTITION), timeout).getOrDefault(LOG_PARTITION, 0L);
    }

    /** Reads until the consumer stands at this offset or behind it. */
    private void readTo(long offset) throws TimeoutException {
        Consumer<String, String> reader = started(consumer);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (reader.position(LOG_PARTITION, timeout) < offset) {
            for (ConsumerRecord<String, String> entry : reader.poll(POLL)) {
                accept(entry);
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("read to " + reader.position(LOG_PARTITION, timeout) + " of " + offset);
            }
        }
    }

    private void accept(ConsumerRecord<String, String> entry) {
        String value = entry.value() == null ? "" : entry.value();
        Optional<SchemaTexts.Entry> read = SchemaTexts.read(value);
        String text = read.flatMap(SchemaTexts.Entry::schema).orElse("");
        if (text.isEmpty() && read.isPresent()) {
            // A level of compatibility, which is for SubjectRegistry.
            return;
        }
        if (text.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("topic", TopicNames.SCHEMAS)
                    .addKeyValue("offset", entry.offset())
                    .log("not an entry of the schema registry: skipped");
            return;
        }
        if (!idOfText.containsKey(text)) {
            texts.add(text);
            idOfText.put(text, texts.size());
        }
    }

    private interface Work {
        @Nullable Object run() throws ExecutionException, TimeoutException, InterruptedException;
    }

    private static void kafka(String verb, Work work) {
        try {
            work.run();
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
            throw unavailable(verb, e);
        } catch (KafkaException | ExecutionException | TimeoutException e) {
            throw unavailable(verb, e);
        }
    }

    private static RefusedException unavailable(String verb, Exception cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "cannot " + verb + " " + TopicNames.SCHEMAS + ": " + cause.getMessage()
                        + " (expected a reachable Kafka that has this topic; is the node with the broker role up?)");
    }

    private static <C> C started(@Nullable C client) {
        if (client == null) {
            throw new RefusedException(Refusal.UNAVAILABLE, "the schema registry is not started, or closed");
        }
        return client;
    }

    private static Producer<String, String> producer(Map<String, ?> clientProperties) {
        Map<String, Object> config = new HashMap<>(clientProperties);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT.toMillis());
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static Consumer<String, String> consumer(Map<String, ?> clientProperties) {
        Map<String, Object> config = new HashMap<>(clientProperties);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Read only when something is missing. The fetch that a poll leaves behind would hold up the next question for
        // the
        // topic's end, on the same connection: with Kafka's 500 ms that was a third of a first start.
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 1);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }
}
