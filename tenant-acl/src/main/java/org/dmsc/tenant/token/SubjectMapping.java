package org.dmsc.tenant.token;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Which agent of its own tenant an outside issuer's token stands for. It can name no agent of another tenant, because an agent id has no
 * tenant in it.
 *
 * @param claim the claim that is looked at, text; {@code sub} or {@code client_id} for most issuers
 * @param agents value of the claim → agent; values that are not listed are refused. Empty: the value itself is the agent's id
 */
public record SubjectMapping(String claim, Map<String, AgentId> agents) {

    private static final Pattern CLAIM = Pattern.compile("[A-Za-z0-9_.:/-]{1,128}");

    public SubjectMapping {
        if (!CLAIM.matcher(claim).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "claim: '" + Printable.of(claim) + "' (expected the name of a claim, such as sub or client_id)");
        }
        agents = Map.copyOf(agents);
    }

    /** The value of the claim is the agent's id. */
    public static SubjectMapping byName(String claim) {
        return new SubjectMapping(claim, Map.of());
    }

    /** The agent; empty for a value that names none. */
    Optional<AgentId> agentOf(String value) {
        if (!agents.isEmpty()) {
            return Optional.ofNullable(agents.get(value));
        }
        try {
            return Optional.of(new AgentId(value));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }
}
