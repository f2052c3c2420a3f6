package org.dmsc.bridge.http.a2a;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * The extensions of one agent's own, as its card names them.
 *
 * @param known what it understands
 * @param required those without which it does nothing
 */
public record AgentExtensions(List<String> known, List<String> required) {

    /** Most agents have none. */
    public static final AgentExtensions NONE = new AgentExtensions(List.of(), List.of());

    public AgentExtensions {
        known = List.copyOf(known);
        required = List.copyOf(required);
    }

    /** Those of a registered agent. */
    public static AgentExtensions of(@Nullable AgentEndpoint endpoint) {
        return endpoint == null
                ? NONE
                : new AgentExtensions(endpoint.getExtensions(), endpoint.getRequiredExtensions());
    }

    /** Of what a caller named, what the agent knows; the rest is ignored, as the protocol says. */
    List<String> among(Iterable<String> named) {
        List<String> both = new ArrayList<>();
        named.forEach(uri -> {
            if (known.contains(uri) && !both.contains(uri)) {
                both.add(uri);
            }
        });
        return both;
    }

    /** @throws RefusedException EXTENSION_REQUIRED when the caller did not name one that the agent insists on */
    void require(AgentRef agent, Set<String> named) {
        for (String uri : required) {
            if (!named.contains(uri)) {
                throw new RefusedException(
                        Refusal.EXTENSION_REQUIRED,
                        "A2A-Extensions: does not name '" + Printable.of(uri) + "', which agent " + agent
                                + " requires (expected a caller that knows that extension and names it)");
            }
        }
    }
}
