package org.dmsc.router.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPaceTest {

    private static final long NOW = 1_000_000;
    private final CommitPace pace = new CommitPace();

    @Test
    void commitsAtOnceWhenThereIsNothingElseToDo() {
        pace.polled(1);
        pace.handled(NOW);
        assertThat(pace.isTime(NOW)).as("nobody waits").isFalse();

        pace.urgent(NOW);
        assertThat(pace.isTime(NOW)).isTrue();
        assertThat(pace.isTime(NOW)).as("once").isFalse();
    }

    @Test
    void commitsABacklogTogether() {
        pace.polled(3);
        pace.handled(NOW);
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW + 1)).isFalse();
        pace.handled(NOW);
        assertThat(pace.isTime(NOW + 2)).isFalse();
        pace.handled(NOW);
        assertThat(pace.isTime(NOW + 3)).isTrue();
    }

    @Test
    void holdsNothingLongerThanItsBound() {
        pace.polled(1000);
        pace.urgent(NOW);
        pace.urgent(NOW + CommitPace.SHORTEST_MS - 1);
        assertThat(pace.isTime(NOW + CommitPace.SHORTEST_MS - 1)).isFalse();
        assertThat(pace.isTime(NOW + CommitPace.SHORTEST_MS))
                .as("counts from the first that waits")
                .isTrue();
    }

    @Test
    void worksAsLongAsACommitTakes() {
        long now = NOW;
        pace.polled(100_000);
        for (int commit = 0; commit < 10; commit++) {
            pace.urgent(now);
            now += CommitPace.LONGEST_MS;
            assertThat(pace.isTime(now)).isTrue();
            now += 60;
            pace.handled(now);
        }

        pace.urgent(now);
        assertThat(pace.isTime(now + 55)).isFalse();
        assertThat(pace.isTime(now + 60)).isTrue();
    }

    @Test
    void holdsNothingLongerThanItsBoundHoweverLongCommitsTake() {
        pace.polled(1000);
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW + CommitPace.SHORTEST_MS)).isTrue();
        pace.handled(NOW + 60_000);

        pace.urgent(NOW + 60_000);
        assertThat(pace.isTime(NOW + 60_000 + CommitPace.LONGEST_MS)).isTrue();
    }

    @Test
    void anIdleTimeIsNoLongCommit() {
        pace.polled(1);
        pace.handled(NOW);
        pace.urgent(NOW);
        assertThat(pace.isTime(NOW)).isTrue();
        pace.polled(100);
        pace.handled(NOW + 60_000);

        pace.urgent(NOW + 60_000);
        assertThat(pace.isTime(NOW + 60_000 + CommitPace.SHORTEST_MS)).isTrue();
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
