package org.dmsc.tenant.directory;

import java.util.List;
import org.dmsc.schemas.AgentRef;

/**
 * One skill of one agent that fits.
 *
 * @param skill the skill's id
 * @param score relevance; comparable within one search only
 * @param why in words that hold nothing of the request's text but terms the agent published itself
 */
public record Match(AgentRef agent, String skill, double score, List<String> why) {

    public Match {
        why = List.copyOf(why);
    }
}
