package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RenewalPaceTest {

    private static final int AGENTS = 10_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("case 112: 10,000 agents after an outage -> none signed faster than the pace, all within 10 minutes")
    void aCrowdComesBackAsAQueue(long seed) {
        Random random = new Random(seed);
        AtomicLong now = new AtomicLong(42);
        RenewalPace pace = new RenewalPace(now::get, random::nextDouble);
        PriorityQueue<Long> arrivals = new PriorityQueue<>();
        for (int i = 0; i < AGENTS; i++) {
            arrivals.add(now.get() + (long) (SECOND * random.nextDouble()));
        }
        long begin = now.get();
        long asked = 0;
        long signed = 0;
        while (!arrivals.isEmpty()) {
            now.set(arrivals.remove());
            asked++;
            Optional<Duration> wait = pace.take("acme.fabric.localhost");
            if (wait.isEmpty()) {
                signed++;
                long elapsed = now.get() - begin;
                assertThat(signed)
                        .isLessThanOrEqualTo(RenewalPace.BURST + 1 + elapsed * RenewalPace.PER_SECOND / SECOND);
            } else {
                assertThat(wait.get()).isPositive().isLessThanOrEqualTo(RenewalPace.LONGEST.multipliedBy(2));
                // As Retry-After says it: whole seconds, rounded up.
                arrivals.add(now.get() + (wait.get().toSeconds() + 1) * SECOND);
            }
        }

        assertThat(signed).isEqualTo(AGENTS);
        assertThat(Duration.ofNanos(now.get() - begin)).as("the last one").isLessThan(Duration.ofMinutes(10));
        assertThat(asked).as("requests of all agents together").isLessThan(AGENTS * 20L);
        assertThat(pace.take("globex.fabric.localhost"))
                .as("another tenant has a pace of its own")
                .isEmpty();
    }
}
