package org.dmsc.bridge.http.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Reads the {@code tenant} member that every request may have. It selects among what the caller may use anyway, and is no credential: the
 * caller's own tenant (which changes nothing), or {@code <tenant>/<agent>} as the gateway's cards give it for bindings whose URLs have no path.
 */
final class Addresses {

    private Addresses() {}

    /**
     * The request with the agent that it selects.
     *
     * @throws RefusedException CROSS_TENANT for a tenant that is not the caller's, INVALID_REQUEST for two agents at once
     */
    static Asking selected(Asking asking, ObjectNode request) {
        JsonNode given = request.path("tenant");
        String tenant = given.isTextual() ? given.textValue() : "";
        if (tenant.isEmpty() || tenant.equals(asking.caller().tenant().value())) {
            return asking;
        }
        if (tenant.indexOf('/') < 0) {
            throw new RefusedException(
                    Refusal.CROSS_TENANT, "tenant: '" + Printable.of(tenant) + "' is not the caller's own");
        }
        AgentRef agent = AgentRef.parse(tenant);
        if (asking.addressed().filter(other -> !other.equals(agent)).isPresent()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "tenant: is " + agent + " while the address says "
                            + asking.addressed().get() + " (expected the same agent)");
        }
        return new Asking(
                asking.caller(),
                Optional.of(agent),
                asking.parameters(),
                asking.baseUrl(),
                asking.gone(),
                asking.receipts());
    }
}
