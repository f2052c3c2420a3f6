package org.dmsc.tenant.embed;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How near two texts are in meaning, as far as that is known already. Never waits: what is not known is asked for in the background, and is
 * known the next time. While the provider fails it is left alone for a while, and everything goes on without. Thread-safe.
 */
public final class Meanings {

    private static final Logger LOG = LoggerFactory.getLogger(Meanings.class);

    /** Vectors in memory: some 6 MiB with 384 numbers each. */
    private static final int MOST = 4_096;

    private static final int MOST_PENDING = 64;
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final EmbeddingProvider provider;
    private final Clock clock;
    private final Map<String, float[]> known = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Boolean> pending = new LinkedHashMap<>();
    private final AtomicLong failures = new AtomicLong();
    private long pausedUntil;

    public Meanings(EmbeddingProvider provider, Clock clock) {
        this.provider = provider;
        this.clock = clock;
    }

    /** From -1 to 1; empty while one of them is not known. */
    public OptionalDouble nearness(String one, String other) {
        float[] first = of(one);
        float[] second = of(other);
        if (first.length == 0 || first.length != second.length) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            sum += (double) first[i] * second[i];
        }
        return OptionalDouble.of(sum);
    }

    /** How often the provider failed. */
    public long failures() {
        return failures.get();
    }

    /** Of length 1; no numbers while it is not known. */
    private float[] of(String text) {
        synchronized (this) {
            float[] vector = known.get(text);
            if (vector != null) {
                return vector;
            }
            boolean mayAsk =
                    !pending.containsKey(text) && pending.size() < MOST_PENDING && clock.millis() >= pausedUntil;
            if (!mayAsk) {
                return new float[0];
            }
            pending.put(text, true);
        }
        ask(text);
        return new float[0];
    }

    private void ask(String text) {
        try {
            provider.embed(List.of(text)).whenComplete((vectors, failure) -> {
                if (failure == null) {
                    keep(text, vectors.get(0));
                } else {
                    failed(text, failure);
                }
            });
        } catch (RuntimeException e) {
            failed(text, e);
        }
    }

    private synchronized void keep(String text, float[] vector) {
        pending.remove(text);
        known.put(text, normal(vector));
        if (known.size() > MOST) {
            known.remove(known.keySet().iterator().next());
        }
    }

    private void failed(String text, Throwable failure) {
        failures.incrementAndGet();
        synchronized (this) {
            pending.remove(text);
            pausedUntil = clock.millis() + PAUSE.toMillis();
        }
        LOG.atWarn().addKeyValue("cause", failure.getMessage()).log("no embeddings: ranking goes on without");
    }

    private static float[] normal(float[] vector) {
        double square = 0;
        for (float number : vector) {
            square += (double) number * number;
        }
        float length = (float) Math.sqrt(square);
        float[] normal = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            normal[i] = length == 0 ? 0 : vector[i] / length;
        }
        return normal;
    }
}
