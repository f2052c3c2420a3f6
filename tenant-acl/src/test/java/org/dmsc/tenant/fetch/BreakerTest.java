package org.dmsc.tenant.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BreakerTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Breaker breaker = new Breaker(nanos::get);

    @Test
    void opensAfterFiveFailuresInARow() {
        for (int i = 0; i < 4; i++) {
            breaker.failed();
        }
        breaker.succeeded();
        for (int i = 0; i < 4; i++) {
            breaker.failed();
            assertThat(breaker.mayCall()).isTrue();
        }
        breaker.failed();

        assertThat(breaker.mayCall()).isFalse();
    }

    @Test
    void letsOneTrialThroughAfterARest() {
        for (int i = 0; i < 5; i++) {
            breaker.failed();
        }
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());

        assertThat(breaker.mayCall()).isTrue();
        assertThat(breaker.mayCall()).as("while the trial runs").isFalse();
        breaker.failed();
        assertThat(breaker.mayCall()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        assertThat(breaker.mayCall()).isTrue();
        breaker.succeeded();
        assertThat(breaker.mayCall()).isTrue();
    }
}
