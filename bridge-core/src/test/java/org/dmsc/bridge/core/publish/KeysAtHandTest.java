package org.dmsc.bridge.core.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A keys node that is slow or away keeps the threads that wait for it, and no event loop. */
@Timeout(20)
final class KeysAtHandTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");

    private final ExecutorService waiters = Executors.newFixedThreadPool(2);
    private final SlowKeys slow = new SlowKeys();
    private final KeysAtHand keys = new KeysAtHand(slow, waiters);

    /** Answers when it is told to. */
    private static final class SlowKeys implements KeysAtHand.Keys {
        private final Set<TenantId> had = ConcurrentHashMap.newKeySet();
        private final CountDownLatch answers = new CountDownLatch(1);
        private volatile boolean away;

        @Override
        public boolean atHand(TenantId tenant) {
            return had.contains(tenant);
        }

        @Override
        public void fetch(TenantId tenant) {
            if (tenant.equals(ACME)) {
                await(answers);
            }
            if (away) {
                throw new RefusedException(Refusal.UNAVAILABLE, "keys node does not answer");
            }
            had.add(tenant);
        }
    }

    @AfterEach
    void stop() {
        slow.answers.countDown();
        waiters.shutdownNow();
    }

    @Test
    void whatHasItsKeysIsDoneAtOnce() {
        slow.had.add(ACME);

        CompletableFuture<Thread> where = on(ACME).toCompletableFuture();

        assertThat(where).isCompletedWithValue(Thread.currentThread());
    }

    @Test
    void whoHasNoKeysWaitsInLineOnAnotherThreadAndNobodyElseDoes() throws Exception {
        List<Integer> order = new ArrayList<>();
        List<CompletableFuture<Boolean>> line = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            line.add(keys.with(ACME, () -> CompletableFuture.completedFuture(order.add(number)))
                    .toCompletableFuture());
        }

        Thread other = on(BETA).toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(other).isNotEqualTo(Thread.currentThread());
        assertThat(line).noneMatch(CompletableFuture::isDone);
        slow.answers.countDown();
        CompletableFuture.allOf(line.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        assertThat(order).isSorted().hasSize(100);
        assertThat(slow.atHand(ACME)).isTrue();
    }

    @Test
    void withoutKeysNothingIsDoneAndTheNextOneAsksAgain() throws Exception {
        slow.away = true;
        slow.answers.countDown();

        assertThatThrownBy(() -> on(ACME).toCompletableFuture().get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAVAILABLE));

        slow.away = false;
        assertThat(on(ACME).toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(slow.atHand(ACME)).isTrue();
    }

    @Test
    void aLineHasAnEnd() {
        List<CompletableFuture<Thread>> line = new ArrayList<>();
        for (int i = 0; i < KeysAtHand.MOST_WAITING; i++) {
            line.add(on(ACME).toCompletableFuture());
        }

        assertThatThrownBy(() -> on(ACME).toCompletableFuture().join())
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.OVERLOADED));

        assertThat(line).noneMatch(CompletableFuture::isDone);
    }

    private java.util.concurrent.CompletionStage<Thread> on(TenantId tenant) {
        return keys.with(tenant, () -> CompletableFuture.completedFuture(Thread.currentThread()));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
