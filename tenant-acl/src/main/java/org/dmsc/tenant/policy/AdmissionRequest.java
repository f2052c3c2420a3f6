package org.dmsc.tenant.policy;

import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.rules.Access.Origin;
import org.dmsc.tenant.rules.Mode;

/**
 * What an authenticated caller wants, as far as the gatekeeper has to know.
 *
 * @param target the agent that the caller names; empty when it only says what it needs
 * @param region of the named agent, where it is known and says so
 * @param skill that the caller names
 * @param bytes of the message
 */
public record AdmissionRequest(
        Optional<AgentRef> target,
        Optional<String> region,
        Optional<String> skill,
        Mode mode,
        Origin origin,
        long bytes,
        Set<String> dataTags) {

    public AdmissionRequest {
        dataTags = Set.copyOf(dataTags);
    }

    /** A message of that size to nobody in particular. */
    public static AdmissionRequest of(long bytes) {
        return new AdmissionRequest(
                Optional.empty(), Optional.empty(), Optional.empty(), Mode.REQUEST, Origin.OWN, bytes, Set.of());
    }

    /** The same to an agent by name. */
    public AdmissionRequest to(AgentRef agent) {
        return new AdmissionRequest(Optional.of(agent), region, skill, mode, origin, bytes, dataTags);
    }
}
