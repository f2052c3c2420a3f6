package org.dmsc.tenant.quota;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.dmsc.tenant.rules.Rate;

/** One limit of so many per second: a token bucket, and how much was wanted. Thread-safe. */
final class RateMeter {

    /** Shares are fractions; the bucket takes whole tokens in a period. */
    private static final long PERIOD_SECONDS = 100;

    /** A share that moved less is not worth a new configuration. */
    private static final double WORTH_IT = 0.01;

    /** A bucket takes no more than one token per nanosecond. */
    private static final double FASTEST = 900_000_000;

    private static final double NEWEST_WEIGHT = 0.5;
    private static final Duration NEVER = Duration.ofMinutes(1);

    private final Rate limit;
    private final Bucket bucket;
    private final LongAdder wanted = new LongAdder();
    private double share;
    private double demand;

    RateMeter(Rate limit, LongSupplier nanos) {
        this.limit = limit;
        this.share = limit.perSecond();
        this.bucket = Bucket.builder()
                .addLimit(bandwidth((double) limit.perSecond()))
                .withCustomTimePrecision(new Nanos(nanos))
                .build();
    }

    Rate limit() {
        return limit;
    }

    /** Takes one; empty when it was there, else when the next one is. */
    Optional<Duration> take() {
        wanted.increment();
        if (limit.perSecond() == 0) {
            return Optional.of(NEVER);
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    /** Takes so many as long as there is one: what is larger than the burst passes and is paid for by those after it. */
    Optional<Duration> takeOnCredit(long many) {
        wanted.add(many);
        if (limit.perSecond() == 0) {
            return Optional.of(NEVER);
        }
        if (bucket.getAvailableTokens() > 0) {
            bucket.consumeIgnoringRateLimits(many);
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill()));
    }

    /** What was wanted per second lately; called once per interval. */
    synchronized double demand(Duration interval) {
        double newest = wanted.sumThenReset() * 1e9 / interval.toNanos();
        demand = demand * (1 - NEWEST_WEIGHT) + newest * NEWEST_WEIGHT;
        return demand < 1e-3 ? 0 : demand;
    }

    /** From now on this gateway gives out so many per second. */
    synchronized void share(double perSecond) {
        if (limit.perSecond() > 0 && Math.abs(perSecond - share) > share * WORTH_IT) {
            share = perSecond;
            bucket.replaceConfiguration(
                    BucketConfiguration.builder().addLimit(bandwidth(perSecond)).build(),
                    TokensInheritanceStrategy.AS_IS);
        }
    }

    private Bandwidth bandwidth(double perSecond) {
        double part = limit.perSecond() == 0 ? 0 : perSecond / limit.perSecond();
        return Bandwidth.builder()
                .capacity(Math.max(1, Math.round(limit.burst() * part)))
                .refillGreedy(
                        Math.max(1, Math.round(Math.min(FASTEST, perSecond) * PERIOD_SECONDS)),
                        Duration.ofSeconds(PERIOD_SECONDS))
                .build();
    }

    /** The clock of a bucket. */
    private static final class Nanos implements TimeMeter {

        private final LongSupplier nanos;

        Nanos(LongSupplier nanos) {
            this.nanos = nanos;
        }

        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
