package org.dmsc.router.task;

import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * How agents and this router are called in records.
 *
 * @param router the router's own SPIFFE id
 * @param node the process, for the audit log
 */
public record Names(FabricDomain domain, String router, String node) {

    /** The names of a router that runs in the given process. */
    public static Names of(FabricDomain domain, String node) {
        return new Names(domain, SpiffeId.node(domain, "router", node).uri(), node);
    }

    /** The SPIFFE id of an agent. */
    public String agent(AgentRef agent) {
        return SpiffeId.agentUri(domain, agent);
    }

    /** The SPIFFE id of an agent. */
    public String agent(String tenant, String agent) {
        return agent(AgentRef.of(tenant, agent));
    }
}
