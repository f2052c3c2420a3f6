package org.dmsc.tenant.embed;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.TenantId;

/** How near a request is in meaning to skills. Thread-safe. */
@FunctionalInterface
public interface Nearness {

    /** Where there is no model of meaning. */
    Nearness NONE = (asking, text) -> CompletableFuture.completedStage(Map.of());

    /**
     * The skills that are nearest, by id, of all that this tenant may find: 1 for the nearest of all, and the others by how far they are behind; nothing where nobody can say.
     * The stage never fails and is soon complete, within the time-out of the {@link EmbeddingProvider} behind it.
     *
     * @param asking whose text it is: it is shown to a model only where this tenant lets it be
     */
    CompletionStage<Map<String, Double>> of(TenantId asking, String text);
}
