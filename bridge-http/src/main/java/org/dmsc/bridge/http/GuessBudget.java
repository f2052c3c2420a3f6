package org.dmsc.bridge.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** How often an address may be wrong at enrolment: on average once a second over a minute. Who is right is not slowed down. */
final class GuessBudget {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_WRONG = 60;
    private static final long MOST_ADDRESSES = 10_000;

    private final Cache<String, AtomicInteger> wrong = Caffeine.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .expireAfterWrite(WINDOW)
            .build();

    /** Refused as QUOTA_EXCEEDED when nothing is left. */
    void require(String address) {
        AtomicInteger count = wrong.getIfPresent(address);
        if (count != null && count.get() >= MOST_WRONG) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "too many wrong tokens from " + address + " (expected to try again in " + WINDOW.toSeconds()
                            + " s)");
        }
    }

    void spend(String address) {
        wrong.asMap().computeIfAbsent(address, unused -> new AtomicInteger()).incrementAndGet();
    }
}
