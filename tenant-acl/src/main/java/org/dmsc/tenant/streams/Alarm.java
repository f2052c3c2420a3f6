package org.dmsc.tenant.streams;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Rings once, at the earliest time it was asked for. A steady tick would do the same and cost a transaction each time, because under
 * exactly-once Streams commits after every punctuation, also after one that did nothing. Used on the stream thread only.
 */
public final class Alarm {

    /** Later wishes are looked at again after this, so that no interval overflows. */
    private static final long LONGEST_WAIT_MS = Duration.ofHours(1).toMillis();

    private final ProcessorContext<?, ?> context;
    private final long resolutionMs;
    private final LongConsumer ring;
    private long at = Long.MAX_VALUE;
    private Optional<Cancellable> scheduled = Optional.empty();

    /** @param resolution wishes are rounded up to a multiple of this, so that many of them ring together */
    public Alarm(ProcessorContext<?, ?> context, Duration resolution, LongConsumer ring) {
        this.context = context;
        this.resolutionMs = Math.max(1, resolution.toMillis());
        this.ring = ring;
    }

    /** Rings at this time or earlier; {@code Long.MAX_VALUE} asks for nothing. */
    public void by(long time) {
        if (time == Long.MAX_VALUE) {
            return;
        }
        long now = context.currentSystemTimeMs();
        long wanted = Math.min(now + LONGEST_WAIT_MS, roundedUp(Math.max(time, now + 1)));
        if (wanted >= at) {
            return;
        }
        scheduled.ifPresent(Cancellable::cancel);
        at = wanted;
        scheduled = Optional.of(context.schedule(
                Duration.ofMillis(Math.max(1, wanted - now)), PunctuationType.WALL_CLOCK_TIME, this::rings));
    }

    private void rings(long now) {
        scheduled.ifPresent(Cancellable::cancel);
        scheduled = Optional.empty();
        at = Long.MAX_VALUE;
        ring.accept(now);
    }

    private long roundedUp(long time) {
        return (time + resolutionMs - 1) / resolutionMs * resolutionMs;
    }
}
