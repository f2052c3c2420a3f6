package org.dmsc.tenant.oauth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts by key, each for a minute from its first. Thread-safe. */
final class AttemptLimit<K> {

    private static final int MOST_KEYS = 100_000;

    private final int most;
    private final Cache<K, AtomicInteger> counts;

    AttemptLimit(int most, Ticker ticker) {
        this.most = most;
        this.counts = Caffeine.newBuilder()
                .maximumSize(MOST_KEYS)
                .expireAfterWrite(Duration.ofMinutes(1))
                .ticker(ticker)
                .build();
    }

    /** Whether there is room; takes none. */
    boolean hasRoom(K key) {
        AtomicInteger count = counts.getIfPresent(key);
        return count == null || count.get() < most;
    }

    /** Takes one; false when there was none left. */
    boolean take(K key) {
        return counts.get(key, unseen -> new AtomicInteger()).incrementAndGet() <= most;
    }
}
