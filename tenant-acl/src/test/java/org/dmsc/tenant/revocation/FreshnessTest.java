package org.dmsc.tenant.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FreshnessTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
    private final Freshness freshness = new Freshness(100, nanos::get);

    @Test
    void isStaleUntilItsFirstTickCameBack() {
        freshness.send();
        freshness.heard(99);

        assertThat(freshness.get()).isGreaterThan(Duration.ofHours(1));
    }

    @Test
    void isAsOldAsTheNewestTickThatCameBack() {
        long first = freshness.send();
        nanos.addAndGet(1_000_000);
        long second = freshness.send();
        nanos.addAndGet(500_000);

        freshness.heard(second);
        freshness.heard(first);

        assertThat(freshness.get()).isEqualTo(Duration.ofNanos(500_000));
    }

    @Test
    void agesWhileNothingComesBack() {
        freshness.heard(freshness.send());
        for (int i = 0; i < 5000; i++) {
            freshness.send();
        }
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());

        assertThat(freshness.get()).isEqualTo(Duration.ofSeconds(3));
    }
}
