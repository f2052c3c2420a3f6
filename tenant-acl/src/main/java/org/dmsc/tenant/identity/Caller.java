package org.dmsc.tenant.identity;

import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Who calls, proven. Made by {@code CallerAuthenticator} only.
 *
 * @param agent present exactly when the kind is AGENT
 */
public record Caller(Kind kind, SpiffeId id, Optional<AgentRef> agent, Method method) {

    /** What the caller is. */
    public enum Kind {
        AGENT,
        OPERATOR,
        NODE
    }

    /** What proved it. */
    public enum Method {
        CERTIFICATE,
        TOKEN,
        BOTH,
        /** Nothing that was shown here: an outside broker that is trusted with its name. */
        VOUCHED
    }

    public Caller {
        if ((kind == Kind.AGENT) != agent.isPresent()) {
            throw new IllegalArgumentException("caller " + id + " of kind " + kind + " with agent " + agent);
        }
    }

    /** The agent's tenant. Refused as NOT_PERMITTED for operators and nodes, which have none. */
    public TenantId tenant() {
        return agent.map(AgentRef::tenant)
                .orElseThrow(() -> new RefusedException(
                        Refusal.NOT_PERMITTED, id + " is no agent (expected the identity of an agent of a tenant)"));
    }
}
