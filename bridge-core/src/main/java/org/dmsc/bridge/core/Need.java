package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;

/**
 * What a caller asks for: an agent by name, or what it must be able to do.
 *
 * @param target the agent that was named; then nobody else gets the task
 * @param dataTags what the data in it is, in words of the tenant's policy
 * @param intent text of the request; cut to what a routing part may hold
 */
public record Need(
        Optional<AgentRef> target, Optional<String> skill, Set<String> tags, Set<String> dataTags, String intent) {

    /** Most characters of intent that travel in a routing part. */
    public static final int MOST_INTENT = 4096;

    public Need {
        tags = Set.copyOf(tags);
        dataTags = Set.copyOf(dataTags);
        intent = intent.length() > MOST_INTENT ? intent.substring(0, MOST_INTENT) : intent;
    }

    /** The same with another text. */
    public Need withIntent(String other) {
        return new Need(target, skill, tags, dataTags, other);
    }

    /** Whether its text alone says what is needed, but for tags. */
    public boolean goesByText() {
        return target.isEmpty() && skill.isEmpty() && !intent.isBlank();
    }

    /** Just the text. */
    public static Need of(String intent) {
        return new Need(Optional.empty(), Optional.empty(), Set.of(), Set.of(), intent);
    }

    /** A named agent. */
    public static Need of(AgentRef target, String intent) {
        return new Need(Optional.of(target), Optional.empty(), Set.of(), Set.of(), intent);
    }
}
