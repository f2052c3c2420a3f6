package org.dmsc.router.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPaceTest {

    private static final long NOW = 1_000_000;
    private final CommitPace pace = new CommitPace();

    @Test
    void commitsAtOnceWhenThereIsNothingElseToDo() {
        pace.polled(1);
        pace.handled();
        assertThat(pace.isTime(NOW)).as("nobody waits").isFalse();

        pace.urgent(NOW);
        assertThat(pace.isTime(NOW)).isTrue();
        assertThat(pace.isTime(NOW)).as("once").isFalse();
    }

    @Test
    void commitsABacklogTogether() {
        pace.polled(3);
        pace.handled();
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW + 1)).isFalse();
        pace.handled();
        assertThat(pace.isTime(NOW + 2)).isFalse();
        pace.handled();
        assertThat(pace.isTime(NOW + 3)).isTrue();
    }

    @Test
    void holdsNothingLongerThanItsBound() {
        pace.polled(1000);
        pace.urgent(NOW);
        pace.urgent(NOW + CommitPace.LONGEST_MS - 1);
        assertThat(pace.isTime(NOW + CommitPace.LONGEST_MS - 1)).isFalse();
        assertThat(pace.isTime(NOW + CommitPace.LONGEST_MS))
                .as("counts from the first that waits")
                .isTrue();
    }

    @Test
    void aClockThatWasSetBackHoldsNothingUp() {
        pace.polled(1000);
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW - 3_600_000)).isTrue();
    }

    @Test
    void countsNothingThatMovedAway() {
        pace.polled(50);
        pace.reset();
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW)).isTrue();
    }

    @Test
    void countsEachThreadForItself() throws InterruptedException {
        Thread other = new Thread(() -> pace.polled(50));
        other.start();
        other.join();
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW)).isTrue();
    }
}
