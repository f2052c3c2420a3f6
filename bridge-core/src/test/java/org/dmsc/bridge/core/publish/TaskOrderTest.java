package org.dmsc.bridge.core.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class TaskOrderTest {

    private final List<String> sent = new ArrayList<>();
    private final TaskOrder order = new TaskOrder();

    @Test
    void whatIsReadyWaitsForWhatWasGivenBefore() {
        CompletableFuture<String> large = new CompletableFuture<>();
        CompletableFuture<String> larger = new CompletableFuture<>();

        CompletionStage<Long> first = send("a", large);
        send("a", larger);
        send("a", CompletableFuture.completedFuture("a3"));
        send("b", CompletableFuture.completedFuture("b1"));
        assertThat(sent).containsExactly("b1");
        larger.complete("a2");
        assertThat(sent).containsExactly("b1");
        large.complete("a1");

        assertThat(sent).containsExactly("b1", "a1", "a2", "a3");
        assertThat(first).isCompletedWithValue(2L);
        send("a", CompletableFuture.completedFuture("a4"));
        assertThat(sent).endsWith("a4");
    }

    @Test
    void oneThatFailsHoldsNobody() {
        CompletableFuture<String> large = new CompletableFuture<>();

        CompletionStage<Long> failed = send("a", large);
        CompletionStage<Long> next = send("a", CompletableFuture.completedFuture("a2"));
        large.completeExceptionally(new IllegalStateException("no room"));
        CompletionStage<Long> atOnce =
                send("a", CompletableFuture.failedFuture(new IllegalArgumentException("no key")));

        assertThat(failed).isCompletedExceptionally();
        assertThat(failed.toCompletableFuture().handle((ok, failure) -> failure).join())
                .isInstanceOf(IllegalStateException.class);
        assertThat(next).isCompletedWithValue(1L);
        assertThat(atOnce.toCompletableFuture().handle((ok, failure) -> failure).join())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(sent).containsExactly("a2");
    }

    private CompletionStage<Long> send(String task, CompletionStage<String> ready) {
        return order.send(task, ready, record -> {
            sent.add(record);
            return CompletableFuture.completedFuture((long) sent.size());
        });
    }
}
