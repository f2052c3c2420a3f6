package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.dmsc.router.task.TaskKey;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;

/** The small pieces that the processor is made of. */
class PiecesTest {

    private static final AgentRef CLERK = AgentRef.of("acme", "clerk");

    private static TaskKey key(String id) {
        return new TaskKey(new TenantId("acme"), id);
    }

    private static DueQueue queue() {
        KeyValueStore<Bytes, byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore("due"), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
        store.init(context.getStateStoreContext(), store);
        return new DueQueue(store);
    }

    @Test
    void givesWhatIsDueInTheOrderOfTime() {
        DueQueue queue = queue();
        queue.add(300, key("c"));
        queue.add(100, key("a"));
        queue.add(200, key("b"));

        assertThat(queue.take(50, 10)).isEmpty();
        assertThat(queue.take(200, 10)).extracting(due -> due.key().taskId()).containsExactly("a", "b");
        assertThat(queue.take(200, 10)).isEmpty();
        assertThat(queue.take(300, 10)).extracting(due -> due.key().taskId()).containsExactly("c");
    }

    @Test
    void givesNoMoreThanAskedForAndTheRestNextTime() {
        DueQueue queue = queue();
        for (int i = 0; i < 5; i++) {
            queue.add(100, key("t" + i));
        }

        assertThat(queue.take(100, 3)).hasSize(3);
        assertThat(queue.take(100, 3)).hasSize(2);
    }

    @Test
    void findsAnEntryThatIsAddedBehindWhatWasTaken() {
        DueQueue queue = queue();
        queue.add(1_000, key("a"));
        queue.take(1_000, 10);

        queue.add(500, key("late"));

        assertThat(queue.take(1_001, 10)).extracting(due -> due.key().taskId()).containsExactly("late");
    }

    @Test
    void countsOpenAttemptsOfAllLanesAndTakesAShareBackWithItsLane() {
        InFlight inFlight = new InFlight(2);
        InFlight.Share one = inFlight.share();
        InFlight.Share two = inFlight.share();
        one.opened(CLERK);
        one.opened(CLERK);
        two.opened(CLERK);
        assertThat(inFlight.of(CLERK, 99)).isEqualTo(3);

        one.close();

        assertThat(inFlight.of(CLERK, 0)).isEqualTo(1);
        assertThat(inFlight.of(CLERK, 99))
                .as("another process decides for the other lane")
                .isEqualTo(99);
        two.closed(CLERK);
        two.closed(CLERK);
        assertThat(inFlight.of(CLERK, 0)).isZero();
    }

    @Test
    void letsTheLineMoveOnlyWhenSomethingChanged() {
        WaitingLine line = new WaitingLine();
        line.add(key("a"), 0);
        line.add(key("b"), 0);
        line.add(key("c"), 0);

        assertThat(line.next(1, 2)).extracting(TaskKey::taskId).containsExactly("a", "b");
        assertThat(line.next(1, 2)).extracting(TaskKey::taskId).containsExactly("c");
        assertThat(line.next(1, 2)).isEmpty();
        line.remove(key("b"));
        assertThat(line.next(2, 9)).extracting(TaskKey::taskId).isEqualTo(List.of("a", "c"));
    }

    @Test
    void tenantsTakeTurnsHoweverManyOfOneWait() {
        WaitingLine line = new WaitingLine();
        for (int i = 0; i < 1000; i++) {
            line.add(key("flood-" + i), 1);
        }
        line.add(new TaskKey(new TenantId("quiet"), "q"), -1);

        assertThat(line.next(1, 2)).extracting(TaskKey::taskId).contains("q");
        assertThat(line.of(new TenantId("acme"))).isEqualTo(1000);
    }

    @Test
    void theHigherClassComesFirstAndTheLowestIsNotForgotten() {
        WaitingLine line = new WaitingLine();
        line.add(key("low"), -1);
        line.add(key("normal"), 0);
        for (int i = 0; i < 9; i++) {
            line.add(key("high-" + i), 1);
        }

        assertThat(line.next(1, 5))
                .extracting(TaskKey::taskId)
                .containsExactly("high-0", "high-1", "high-2", "low", "high-3");
        line.add(key("low"), -1);
        assertThat(line.of(new TenantId("acme"))).as("known already").isEqualTo(11);
        assertThat(line.next(1, 99)).hasSize(6).extracting(TaskKey::taskId).doesNotContain("low");
    }
}
