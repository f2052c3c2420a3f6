package org.dmsc.bridge.core.watch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;

/**
 * Where the log of a task ends now, as readers of committed records see it: whoever has read up to there knows all that anybody can have seen
 * of it. Who asks while another question is on its way is answered together with all that do. Thread-safe, never blocks.
 */
public final class LogEnds implements AutoCloseable {

    private static final int MOST_WAITING = 10_000;
    private static final Duration WITHIN = Duration.ofSeconds(5);

    private record Question(List<TopicPartition> partitions, CompletableFuture<Map<TopicPartition, Long>> answer) {}

    private final Supplier<? extends Consumer<?, ?>> consumers;
    private final int lanes;
    private final LinkedBlockingQueue<Question> questions = new LinkedBlockingQueue<>(MOST_WAITING);
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "dmsc-log-ends");
        made.setDaemon(true);
        return made;
    });
    /** Of the thread. */
    private Optional<Consumer<?, ?>> consumer = Optional.empty();

    /** @param consumers makes readers of committed records; the one in use is made anew after a fault */
    public LogEnds(Supplier<? extends Consumer<?, ?>> consumers, int lanes) {
        this.consumers = consumers;
        this.lanes = lanes;
    }

    /** The ends of the task's submissions and events; fails with UNAVAILABLE when Kafka does not say. */
    public CompletionStage<Map<TopicPartition, Long>> of(TenantId tenant, String taskId) {
        int lane = Lanes.of(taskId, lanes);
        Question question = new Question(
                List.of(
                        new TopicPartition(Channel.TASKS.of(tenant), lane),
                        new TopicPartition(Channel.EVENTS.of(tenant), lane)),
                new CompletableFuture<>());
        if (!questions.offer(question)) {
            return CompletableFuture.failedStage(
                    new RefusedException(Refusal.OVERLOADED, "too many tasks are being looked up; try again later"));
        }
        try {
            thread.execute(this::answerAll);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(new RefusedException(Refusal.UNAVAILABLE, "this gateway is stopping"));
        }
        return question.answer();
    }

    private void answerAll() {
        List<Question> all = new ArrayList<>();
        questions.drainTo(all);
        if (all.isEmpty()) {
            return;
        }
        Set<TopicPartition> asked = new HashSet<>();
        all.forEach(question -> asked.addAll(question.partitions()));
        try {
            Consumer<?, ?> reader = reader();
            // Never polled: it only keeps what it knows of those topics, and does not warn that it was asked about
            // others.
            reader.assign(asked);
            Map<TopicPartition, Long> ends = reader.endOffsets(asked, WITHIN);
            all.forEach(question -> question.answer().complete(only(ends, question.partitions())));
        } catch (KafkaException e) {
            forgetReader();
            RefusedException why = new RefusedException(
                    Refusal.UNAVAILABLE, "the end of the log is not known: " + e.getMessage() + "; try again later");
            all.forEach(question -> question.answer().completeExceptionally(why));
        }
    }

    private static Map<TopicPartition, Long> only(Map<TopicPartition, Long> ends, List<TopicPartition> wanted) {
        Map<TopicPartition, Long> some = new HashMap<>();
        wanted.forEach(partition -> some.put(partition, ends.getOrDefault(partition, 0L)));
        return some;
    }

    private Consumer<?, ?> reader() {
        Consumer<?, ?> made = consumer.isPresent() ? consumer.get() : consumers.get();
        consumer = Optional.of(made);
        return made;
    }

    private void forgetReader() {
        consumer.ifPresent(Consumer::close);
        consumer = Optional.empty();
    }

    @Override
    public void close() {
        try {
            thread.execute(this::forgetReader);
        } catch (RejectedExecutionException e) {
            // Closed before.
            return;
        }
        thread.shutdown();
    }
}
