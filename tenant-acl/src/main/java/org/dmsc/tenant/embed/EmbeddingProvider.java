package org.dmsc.tenant.embed;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Turns texts into vectors; texts of like meaning get vectors of like direction. Implementations MUST NOT block, MUST bound the time they
 * take, and are thread-safe. Nobody may depend on one: see {@link Meanings}.
 */
@FunctionalInterface
public interface EmbeddingProvider {

    /**
     * One vector for each text, in their order, all of one length.
     *
     * <p>Fails with {@link org.dmsc.schemas.RefusedException} FETCH_FAILED when there is no such answer in time.
     */
    CompletionStage<List<float[]>> embed(List<String> texts);
}
