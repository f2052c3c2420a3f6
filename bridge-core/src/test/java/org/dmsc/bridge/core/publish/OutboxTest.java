package org.dmsc.bridge.core.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.bridge.core.MutableClock;
import org.dmsc.bridge.core.publish.Outgoing.InClear;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OutboxTest {

    private static final TenantId ACME = new TenantId("acme");

    private final MockProducer<String, SealedEnvelope> producer = new MockProducer<>(
            Cluster.empty(),
            false,
            new org.apache.kafka.clients.producer.RoundRobinPartitioner(),
            new StringSerializer(),
            (topic, value) -> new byte[0]);
    private final List<TenantId> made = new ArrayList<>();
    private final Outbox outbox = new Outbox(
            tenant -> {
                made.add(tenant);
                return producer;
            },
            new MutableClock(1_000_000));

    @AfterEach
    void close() {
        outbox.close();
    }

    @Test
    void sendsInTheOrderOfTheCallsWithOneProducerForATenant() {
        List<CompletionStage<Long>> stages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            stages.add(outbox.publish(outgoing("task-" + i, 10)));
        }
        until(() -> producer.history().size() == 100);
        while (producer.completeNext()) {}

        assertThat(producer.history())
                .extracting(ProducerRecord::key)
                .containsExactlyElementsOf(stages.stream()
                        .map(stage -> "task-" + stages.indexOf(stage))
                        .toList());
        assertThat(stages).allMatch(stage -> stage.toCompletableFuture().isDone());
        assertThat(made).containsExactly(ACME);
        assertThat(producer.history().get(0).headers().lastHeader("dmsc-tenant").value())
                .asString()
                .isEqualTo("acme");
    }

    @Test
    void refusesMoreThanAProducerBuffersAndTakesAgainWhenItIsGone() {
        List<CompletionStage<Long>> taken = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            taken.add(outbox.publish(outgoing("big", 1000 * 1000)));
        }
        CompletionStage<Long> tooMuch = outbox.publish(outgoing("big", 2 * 1000 * 1000));

        assertThat(refusal(tooMuch)).contains(Refusal.OVERLOADED);
        until(() -> producer.history().size() == 24);
        while (producer.completeNext()) {}
        assertThat(refusal(outbox.publish(outgoing("big", 1000 * 1000)))).isEmpty();
    }

    @Test
    void saysWhatFailed() {
        CompletionStage<Long> tooLarge = outbox.publish(outgoing("a", 10));
        CompletionStage<Long> unavailable = outbox.publish(outgoing("b", 10));
        until(() -> producer.history().size() == 2);

        producer.errorNext(new RecordTooLargeException("12 MiB"));
        producer.errorNext(new TimeoutException("no answer"));

        assertThat(refusal(tooLarge)).contains(Refusal.TOO_LARGE);
        assertThat(refusal(unavailable)).contains(Refusal.UNAVAILABLE);
    }

    private static Optional<Refusal> refusal(CompletionStage<Long> stage) {
        List<Refusal> found = new ArrayList<>();
        stage.whenComplete((offset, failure) -> {
            if (failure instanceof RefusedException refused) {
                found.add(refused.refusal());
            }
        });
        return found.stream().findFirst();
    }

    private static Outgoing outgoing(String key, int bytes) {
        ByteBuffer none = ByteBuffer.allocate(0);
        SealedPart part = new SealedPart(
                1, "acme", "k", "tasks", key, "", "", "TaskSubmission", 1, 0L, none, none, ByteBuffer.allocate(bytes));
        return new Outgoing(
                ACME, Channel.TASKS, 0, key, new SealedEnvelope("TaskSubmission", part, null), InClear.NONE);
    }

    private static void until(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 30 s");
            }
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }
}
