package org.dmsc.bridge.http;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The system's time, and as much later as a test says. */
final class LateClock extends Clock {

    private static final Duration NONCE = Duration.ofMinutes(2);

    private volatile Duration late = Duration.ZERO;

    /** To the begin of the next two minutes, for which a nonce is good: none turns old within a test that does not want it. */
    void advanceToNextNonce() {
        advance(Duration.ofMillis(NONCE.toMillis() - millis() % NONCE.toMillis()));
    }

    void advance(Duration by) {
        late = late.plus(by);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(late);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
