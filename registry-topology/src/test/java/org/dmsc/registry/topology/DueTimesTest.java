package org.dmsc.registry.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DueTimesTest {

    private final DueTimes due = new DueTimes();

    @Test
    void givesTheEarliestFirstAndEachAgentOnce() {
        due.set("a", 300);
        due.set("b", 100);
        due.set("a", 50);

        assertThat(due.take(100, 10)).containsExactly("a", "b");
        assertThat(due.take(1_000, 10)).isEmpty();
    }

    @Test
    void forgetsWhatIsRemovedOrNeverDue() {
        due.set("a", 10);
        due.set("b", 10);
        due.remove("a");
        due.set("b", Long.MAX_VALUE);

        assertThat(due.take(Long.MAX_VALUE, 10)).isEmpty();
    }

    @Test
    void givesNoMoreThanAskedFor() {
        due.set("a", 10);
        due.set("b", 10);

        assertThat(due.take(10, 1)).hasSize(1);
        assertThat(due.take(10, 5)).hasSize(1);
    }
}
