package org.dmsc.tenant.oauth;

import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.Caller;

/** The names under which a client may speak of itself in {@code client_id}. Pure. */
final class ClientNames {

    private ClientNames() {}

    /** Its agent id, {@code tenant/agent}, or its SPIFFE id. */
    static boolean names(Caller client, String name) {
        AgentRef agent = client.agent().orElseThrow();
        return name.equals(agent.agent().value())
                || name.equals(agent.toString())
                || name.equals(client.id().uri());
    }
}
