package org.dmsc.tenant.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.tenant.testing.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompactedViewTest {

    private static final String TOPIC = "dmsc.sys.things";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    private final List<ConsumerRecord<String, byte[]>> log = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger consumersMade = new AtomicInteger();
    private final ConcurrentLinkedQueue<KafkaException> faults = new ConcurrentLinkedQueue<>();
    private final CompactedView<Integer> view = new CompactedView<>(
            this::consumer, "view", TOPIC, (key, value) -> Integer.parseInt(new String(value, StandardCharsets.UTF_8)));

    @AfterEach
    void close() {
        view.close();
    }

    @Test
    void keepsTheNewestValueOfEachKey() throws InterruptedException {
        append("a", "1");
        append("b", "2");
        append("a", "3");
        append("b", null);

        view.start();

        assertThat(view.awaitCaughtUp(Duration.ofSeconds(10))).isTrue();
        assertThat(view.all()).containsExactly(Map.entry("a", 3));
        assertThat(view.get("b")).isEmpty();
        assertThat(view.offset()).isEqualTo(4);
        assertThat(view.healthy()).isTrue();
    }

    @Test
    void followsChangesAndTellsThemInOrderWithWhatWasKnownFirst() throws InterruptedException {
        append("a", "1");
        view.start();
        view.awaitCaughtUp(Duration.ofSeconds(10));
        List<String> told = Collections.synchronizedList(new ArrayList<>());

        view.onChange((key, value) -> told.add(key + value.map(Object::toString).orElse("-")));
        assertThat(told).containsExactly("a1");
        append("a", "2");
        append("c", "5");
        append("a", null);

        Eventually.await("three changes", () -> told.size() == 4);
        assertThat(told).containsExactly("a1", "a2", "c5", "a-");
    }

    @Test
    void skipsAndCountsWhatItCannotReadAndKeepsTheLastReadableValue() throws InterruptedException {
        append("a", "1");
        append("a", "poison");
        append(null, "7");
        append("b", "2");

        view.start();
        view.awaitCaughtUp(Duration.ofSeconds(10));

        assertThat(view.all()).containsOnly(Map.entry("a", 1), Map.entry("b", 2));
        assertThat(view.skipped()).isEqualTo(2);
        assertThat(view.offset()).isEqualTo(4);
    }

    @Test
    void aListenerThatFailsHurtsNobodyElse() throws InterruptedException {
        AtomicInteger heard = new AtomicInteger();
        view.onChange((key, value) -> {
            throw new IllegalStateException("bad listener");
        });
        view.onChange((key, value) -> heard.incrementAndGet());
        append("a", "1");

        view.start();
        view.awaitCaughtUp(Duration.ofSeconds(10));
        append("a", "2");

        Eventually.await("both heard", () -> heard.get() == 2);
        assertThat(view.get("a")).contains(2);
    }

    @Test
    void goesOnWhereItStoppedAfterKafkaFailed() throws InterruptedException {
        List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        view.onChange((key, value) -> told.add(value.orElse(-1)));
        append("a", "1");
        view.start();
        view.awaitCaughtUp(Duration.ofSeconds(10));

        faults.add(new KafkaException("broker gone"));
        Eventually.await("unhealthy", () -> !view.healthy());
        append("a", "2");

        Eventually.await(
                "healthy and up to date", () -> view.healthy() && view.get("a").equals(Optional.of(2)));
        assertThat(told).containsExactly(1, 2);
        assertThat(consumersMade).hasValue(2);
    }

    @Test
    void isNotHealthyBeforeItsStartNorAfterItsEnd() throws InterruptedException {
        assertThat(view.healthy()).isFalse();
        view.start();
        view.awaitCaughtUp(Duration.ofSeconds(10));

        view.close();

        assertThat(view.healthy()).isFalse();
    }

    private void append(String key, String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        log.add(new ConsumerRecord<>(TOPIC, 0, log.size(), key, bytes));
    }

    private Consumer<String, byte[]> consumer() {
        consumersMade.incrementAndGet();
        MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest") {
            private long fed = -1;

            @Override
            public synchronized ConsumerRecords<String, byte[]> poll(Duration timeout) {
                KafkaException fault = faults.poll();
                if (fault != null) {
                    throw fault;
                }
                if (fed < 0) {
                    fed = position(PARTITION);
                }
                for (; fed < log.size(); fed++) {
                    addRecord(log.get((int) fed));
                }
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                return super.poll(timeout);
            }

            @Override
            public synchronized Map<TopicPartition, Long> endOffsets(java.util.Collection<TopicPartition> partitions) {
                return Map.of(PARTITION, (long) log.size());
            }
        };
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        return consumer;
    }
}
