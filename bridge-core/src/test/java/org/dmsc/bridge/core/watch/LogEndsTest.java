package org.dmsc.bridge.core.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.junit.jupiter.api.Test;

class LogEndsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final String TASK = "0d9d1a4e-1b1e-4c39-a3e2-50d3f1a4b6c7";
    private static final int LANES = 4;

    private final AtomicInteger made = new AtomicInteger();

    @Test
    void saysWhereTheTasksOwnPartitionsEnd() throws Exception {
        int lane = Lanes.of(TASK, LANES);
        TopicPartition tasks = new TopicPartition(Channel.TASKS.of(ACME), lane);
        TopicPartition events = new TopicPartition(Channel.EVENTS.of(ACME), lane);
        try (LogEnds ends = ends(asked -> asked.equals(tasks) ? 3L : 17L)) {
            assertThat(ends.of(ACME, TASK).toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isEqualTo(Map.of(tasks, 3L, events, 17L));
            assertThat(ends.of(ACME, TASK).toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .hasSize(2);
        }
        assertThat(made).hasValue(1);
    }

    @Test
    void aFaultIsARefusalAndAnotherReaderIsMade() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (LogEnds ends = ends(partition -> {
            if (asked.getAndIncrement() == 0) {
                throw new TimeoutException("no leader");
            }
            return 1L;
        })) {
            assertThatThrownBy(() -> ends.of(ACME, TASK).toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.UNAVAILABLE));
            assertThat(ends.of(ACME, TASK).toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .hasSize(2);
        }
        assertThat(made).hasValue(2);
    }

    private LogEnds ends(Function<TopicPartition, Long> end) {
        return new LogEnds(
                () -> {
                    made.incrementAndGet();
                    return new MockConsumer<String, byte[]>(AutoOffsetResetStrategy.EARLIEST.name()) {
                        @Override
                        public synchronized Map<TopicPartition, Long> endOffsets(
                                Collection<TopicPartition> partitions, Duration timeout) {
                            return new HashMap<>(partitions.stream().collect(Collectors.toMap(one -> one, end)));
                        }
                    };
                },
                LANES);
    }
}
