package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;

/**
 * What a caller asks for: an agent by name, or what it must be able to do.
 *
 * @param target the agent that was named; then nobody else gets the task
 * @param intent text of the request; cut to what a routing part may hold
 */
public record Need(Optional<AgentRef> target, Optional<String> skill, Set<String> tags, String intent) {

    /** Most characters of intent that travel in a routing part. */
    public static final int MOST_INTENT = 4096;

    public Need {
        tags = Set.copyOf(tags);
        intent = intent.length() > MOST_INTENT ? intent.substring(0, MOST_INTENT) : intent;
    }

    /** Just the text. */
    public static Need of(String intent) {
        return new Need(Optional.empty(), Optional.empty(), Set.of(), intent);
    }

    /** A named agent. */
    public static Need of(AgentRef target, String intent) {
        return new Need(Optional.of(target), Optional.empty(), Set.of(), intent);
    }
}
