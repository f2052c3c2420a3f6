package org.dmsc.tenant.kafka;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A compacted topic of one partition as a map in memory: a thread of its own reads it from the beginning and keeps the newest value of each
 * key. Reads never block. What cannot be read as a value is skipped and counted, and the key keeps its last readable value.
 *
 * <p>When Kafka fails, the thread says so ({@link #healthy}), waits a little and goes on where it stopped, with a new consumer.
 */
public final class CompactedView<V> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CompactedView.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long RETRY_MS = 1000;

    /** Turns a record into a value; throws when it cannot. */
    @FunctionalInterface
    public interface Reading<V> {
        V read(String key, byte[] value);
    }

    /** The same, for whom the place in the topic matters. */
    @FunctionalInterface
    public interface Positioned<V> {
        V read(String key, byte[] value, long offset);
    }

    /** What is kept of what was read. */
    private enum Memory {
        NEWEST,
        NOTHING
    }

    private final Memory memory;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final TopicPartition partition;
    private final Positioned<V> reading;
    private final Map<String, V> values = new ConcurrentHashMap<>();
    private final List<BiConsumer<String, Optional<V>>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong offset = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object changes = new Object();
    private final Thread thread;
    private volatile boolean reachable;
    private volatile @Nullable Consumer<String, byte[]> current;

    /** Of a topic whose values this deserializer reads. */
    public CompactedView(KafkaClients clients, String name, String topic, Deserializer<V> deserializer) {
        this(readers(clients, name), name, topic, (key, value) -> deserializer.deserialize(topic, value));
    }

    /** Of a topic whose values need their key to be read. */
    public static <V> CompactedView<V> keyed(KafkaClients clients, String name, String topic, Reading<V> reading) {
        return new CompactedView<>(readers(clients, name), name, topic, reading);
    }

    /** Of a topic whose records' offsets are part of what they say. */
    public static <V> CompactedView<V> positioned(
            KafkaClients clients, String name, String topic, Positioned<V> reading) {
        return new CompactedView<>(name, topic, readers(clients, name), reading);
    }

    /**
     * Of a topic whose values only its listeners want, which MUST be there before the start; {@link #get} and {@link #all} know nothing.
     */
    public static <V> CompactedView<V> passing(KafkaClients clients, String name, String topic, Reading<V> reading) {
        return new CompactedView<>(
                name, topic, readers(clients, name), (key, value, offset) -> reading.read(key, value), Memory.NOTHING);
    }

    CompactedView(Supplier<Consumer<String, byte[]>> consumers, String name, String topic, Reading<V> reading) {
        this(name, topic, consumers, (key, value, offset) -> reading.read(key, value));
    }

    private CompactedView(
            String name, String topic, Supplier<Consumer<String, byte[]>> consumers, Positioned<V> reading) {
        this(name, topic, consumers, reading, Memory.NEWEST);
    }

    private CompactedView(
            String name,
            String topic,
            Supplier<Consumer<String, byte[]>> consumers,
            Positioned<V> reading,
            Memory memory) {
        this.memory = memory;
        this.consumers = consumers;
        this.partition = new TopicPartition(topic, 0);
        this.reading = reading;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    private static Supplier<Consumer<String, byte[]>> readers(KafkaClients clients, String name) {
        return () -> clients.reader(name, new ByteArrayDeserializer());
    }

    /** Begins to read. */
    public void start() {
        thread.start();
    }

    /** Waits until everything that was on the topic at the start has been read; false when that took longer. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return caughtUp.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether everything that was on the topic at the start has been read. */
    public boolean caughtUp() {
        return caughtUp.getCount() == 0;
    }

    /** The newest value of a key. */
    public Optional<V> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** All keys with their newest values: a live view that MUST NOT be changed. */
    public Map<String, V> all() {
        return Collections.unmodifiableMap(values);
    }

    /** The offset after the newest record that has been read. */
    public long offset() {
        return offset.get();
    }

    /** How many records could not be read as a value. */
    public long skipped() {
        return skipped.get();
    }

    /** Whether the thread lives and Kafka answered it last time. */
    public boolean healthy() {
        return reachable && thread.isAlive();
    }

    /**
     * Calls back with each key that is known now, before this returns, and then with each change (empty: the key was deleted) on the
     * reading thread; never two calls at once. The listener MUST NOT block.
     */
    public void onChange(BiConsumer<String, Optional<V>> listener) {
        synchronized (changes) {
            values.forEach((key, value) -> tell(listener, key, Optional.of(value)));
            listeners.add(listener);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Consumer<String, byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        if (thread.isAlive()) {
            join();
        }
    }

    private void join() {
        try {
            thread.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (closing.getCount() > 0) {
                readUntilFault();
                reachable = false;
                closing.await(RETRY_MS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("topic", partition.topic()).log("view interrupted");
        }
    }

    private void readUntilFault() {
        try (Consumer<String, byte[]> consumer = consumers.get()) {
            current = consumer;
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset.get());
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            reachable = true;
            while (closing.getCount() > 0) {
                if (consumer.position(partition) >= end) {
                    caughtUp.countDown();
                }
                consumer.poll(POLL).forEach(this::accept);
                offset.set(consumer.position(partition));
                reachable = true;
            }
        } catch (WakeupException | InterruptException e) {
            LOG.atDebug().addKeyValue("topic", partition.topic()).log("view woken");
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("offset", offset.get())
                    .setCause(e)
                    .log("reading failed, trying again");
        }
    }

    private void accept(ConsumerRecord<String, byte[]> entry) {
        String key = entry.key();
        if (key != null) {
            try {
                change(
                        key,
                        entry.value() == null
                                ? Optional.empty()
                                : Optional.of(reading.read(key, entry.value(), entry.offset())));
            } catch (RuntimeException e) {
                skip(entry, e.getMessage());
            }
        } else {
            skip(entry, "no key");
        }
        offset.set(entry.offset() + 1);
    }

    private void skip(ConsumerRecord<String, byte[]> entry, @Nullable String cause) {
        skipped.incrementAndGet();
        LOG.atWarn()
                .addKeyValue("topic", entry.topic())
                .addKeyValue("offset", entry.offset())
                .addKeyValue("cause", cause)
                .log("record cannot be read: skipped");
    }

    private void change(String key, Optional<V> value) {
        synchronized (changes) {
            if (memory == Memory.NEWEST) {
                value.ifPresentOrElse(known -> values.put(key, known), () -> values.remove(key));
            }
            listeners.forEach(listener -> tell(listener, key, value));
        }
    }

    private void tell(BiConsumer<String, Optional<V>> listener, String key, Optional<V> value) {
        try {
            listener.accept(key, value);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("topic", partition.topic())
                    .setCause(e)
                    .log("a listener failed: it missed a change");
        }
    }
}
