package org.dmsc.router.decide;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;

/**
 * An agent that might do the task, with what is known of it at the moment of the decision.
 *
 * @param agent who it is
 * @param skill the skill it would do it by; empty when the caller named the agent and nothing says which skill
 * @param relevance how well the skill fits the request, 0 and up
 * @param why in words, why it fits
 * @param permission whether the caller's tenant may have it do this
 * @param inFlight tasks it works on, counting those that the registry has not seen yet
 */
public record Candidate(
        AgentRef agent,
        AgentSnapshot snapshot,
        Optional<SkillRecord> skill,
        double relevance,
        List<String> why,
        Permission permission,
        int inFlight) {

    public Candidate {
        relevance = relevance >= 0 ? relevance : 0;
        why = List.copyOf(why);
    }

    /** The same, named by its snapshot. */
    public Candidate(
            AgentSnapshot snapshot,
            Optional<SkillRecord> skill,
            double relevance,
            List<String> why,
            Permission permission,
            int inFlight) {
        this(
                AgentRef.of(snapshot.getTenant(), snapshot.getAgent()),
                snapshot,
                skill,
                relevance,
                why,
                permission,
                inFlight);
    }

    /** The skill's id, or the empty text. */
    public String skillId() {
        return skill.map(SkillRecord::getId).orElse("");
    }

    /** Whether the skill declares that doing it twice does no harm. */
    boolean idempotent() {
        return skill.map(SkillRecord::getIdempotent).orElse(false);
    }

    /** Tasks it can work on at once; an agent that says nothing sensible takes one. */
    public int capacity() {
        return Math.max(1, snapshot.getRegistration().getCapacity());
    }
}
