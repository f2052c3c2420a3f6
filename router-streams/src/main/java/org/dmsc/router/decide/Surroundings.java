package org.dmsc.router.decide;

import java.util.Optional;
import org.dmsc.schemas.AgentRef;

/**
 * What is known around a question that makes one agent nearer than another.
 *
 * @param region where the caller is
 * @param lastOfContext who was last given a task of the same context
 */
public record Surroundings(Optional<String> region, Optional<AgentRef> lastOfContext) {

    /** Nothing is known. */
    public static final Surroundings UNKNOWN = new Surroundings(Optional.empty(), Optional.empty());
}
