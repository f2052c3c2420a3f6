package org.dmsc.tenant.embed;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vectors of texts, of length 1, kept while they are in use. While the provider fails it is left alone for a while, and everybody goes on
 * without. Thread-safe.
 */
final class Vectors {

    private static final Logger LOG = LoggerFactory.getLogger(Vectors.class);

    /** In memory: some 30 MiB with 384 numbers each. */
    private static final int MOST = 20_000;

    private static final int MOST_WANTED = 20_000;
    private static final int AT_ONCE = 64;
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final EmbeddingProvider provider;
    private final Clock clock;
    private final Map<String, float[]> known = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<String> wanted = new LinkedHashSet<>();
    private final AtomicLong failures = new AtomicLong();
    private boolean asking;
    private long pausedUntil = Long.MIN_VALUE;

    Vectors(EmbeddingProvider provider, Clock clock) {
        this.provider = provider;
        this.clock = clock;
    }

    /** What is known of it; where that is nothing, it is asked for in company, and may be known the next time. */
    Optional<float[]> find(String text) {
        synchronized (this) {
            float[] vector = known.get(text);
            if (vector != null) {
                return Optional.of(vector);
            }
        }
        want(List.of(text));
        return Optional.empty();
    }

    /** Asks for these in the background. */
    void want(List<String> texts) {
        synchronized (this) {
            for (String text : texts) {
                if (wanted.size() < MOST_WANTED && !known.containsKey(text)) {
                    wanted.add(text);
                }
            }
        }
        askForWanted();
    }

    /** The vector of a text that somebody waits for; empty when there is none in the provider's time. */
    CompletionStage<Optional<float[]>> ask(String text) {
        synchronized (this) {
            float[] vector = known.get(text);
            if (vector != null) {
                return CompletableFuture.completedStage(Optional.of(vector));
            }
            if (clock.millis() < pausedUntil) {
                return CompletableFuture.completedStage(Optional.empty());
            }
        }
        return asked(List.of(text)).thenApply(vectors -> vectors.stream().findFirst());
    }

    /** How often the provider failed. */
    long failures() {
        return failures.get();
    }

    private void askForWanted() {
        List<String> some;
        synchronized (this) {
            if (asking || wanted.isEmpty() || clock.millis() < pausedUntil) {
                return;
            }
            asking = true;
            some = wanted.stream().limit(AT_ONCE).toList();
        }
        asked(some).whenComplete((vectors, never) -> {
            synchronized (this) {
                asking = false;
                if (!vectors.isEmpty()) {
                    some.forEach(wanted::remove);
                }
            }
            askForWanted();
        });
    }

    /** Never fails: no vectors then. */
    private CompletionStage<List<float[]>> asked(List<String> texts) {
        CompletionStage<List<float[]>> answer;
        try {
            answer = provider.embed(texts);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedStage(e);
        }
        return answer.handle((vectors, failure) -> {
            if (failure != null) {
                failed(failure);
                return List.of();
            }
            List<float[]> normal = vectors.stream().map(Vectors::normal).toList();
            keep(texts, normal);
            return normal;
        });
    }

    private synchronized void keep(List<String> texts, List<float[]> vectors) {
        for (int i = 0; i < texts.size(); i++) {
            known.put(texts.get(i), vectors.get(i));
        }
        List<String> oldest = new ArrayList<>(known.keySet()).subList(0, Math.max(0, known.size() - MOST));
        oldest.forEach(known::remove);
    }

    private void failed(Throwable failure) {
        failures.incrementAndGet();
        synchronized (this) {
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
