package org.dmsc.router.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.dmsc.router.testing.Make;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryClockTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final MemoryClock BEGUN = MemoryClock.kept(Make.NOW).at(Make.NOW);

    @Test
    void followsTheMachine() {
        MemoryClock clock = BEGUN;
        for (int second = 1; second <= 3 * 86_400; second++) {
            clock = clock.at(Make.NOW + second * 1000L);
        }

        assertThat(clock.time()).isEqualTo(Make.NOW + Duration.ofDays(3).toMillis());
    }

    @ParameterizedTest
    @ValueSource(longs = {864_000_000, 315_360_000_000L, Long.MAX_VALUE / 2})
    @DisplayName("case 105: a clock that jumps forward by days and back, nine times, leaves half of the memory")
    void case_105_aJumpTakesAnHour(long jump) {
        MemoryClock clock = BEGUN;
        for (int i = 0; i < 9; i++) {
            clock = clock.at(Make.NOW + jump).at(Make.NOW);
        }

        assertThat(clock.time()).isEqualTo(Make.NOW + 9 * HOUR);
        assertThat(clock.firstDay()).isLessThanOrEqualTo(BEGUN.day());
    }

    @Test
    void aDifferenceThatDoesNotFitIsAJump() {
        MemoryClock clock = BEGUN.at(Long.MIN_VALUE).at(Long.MAX_VALUE);

        assertThat(clock.time()).isEqualTo(Make.NOW + HOUR);
    }

    @Test
    void timeBeforeAStartDoesNotCount() {
        MemoryClock clock = MemoryClock.kept(Make.NOW).at(Make.NOW + 24 * HOUR);

        assertThat(clock.time()).isEqualTo(Make.NOW);
    }

    @Test
    void whatIsKeptIsOfTheSameDay() {
        MemoryClock kept = BEGUN;
        MemoryClock clock = BEGUN;
        for (int step = 1; step <= 3 * 24 * 60 * 7; step++) {
            MemoryClock next = clock.at(Make.NOW + step * 8_571L);
            kept = next.isToBeKept(clock) ? next : kept;
            clock = next;

            assertThat(kept.day()).isEqualTo(clock.day());
        }
    }
}
