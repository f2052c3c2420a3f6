package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.Refusal;

/**
 * What an agent may say of itself that an A2A card has no field for: in {@code params} of the delegation extension under the card's
 * {@code capabilities.extensions}, or beside the card when it is posted.
 *
 * @param capacity tasks it can work on at once
 * @param heartbeatMs the interval it promises; 0 when it does not heartbeat
 * @param plainHttp it wants to be called without TLS; counts only where somebody entitled allows it
 * @param idempotentSkills skill ids for which doing a task twice does no harm
 */
public record AgentHints(
        int capacity,
        Optional<String> region,
        double cost,
        long heartbeatMs,
        Transport plainHttp,
        Set<String> idempotentSkills) {

    /** How an agent is called. */
    public enum Transport {
        TLS,
        PLAIN_HTTP_WANTED
    }

    private static final int DEFAULT_CAPACITY = 4;
    private static final int MOST_CAPACITY = 10_000;
    private static final int LONGEST_REGION = 64;
    private static final double MOST_COST = 1e9;
    private static final long SHORTEST_HEARTBEAT_MS = 200;
    private static final long LONGEST_HEARTBEAT_MS = 3_600_000;
    private static final int MOST_SKILLS = 256;
    private static final int LONGEST_SKILL = 128;

    public AgentHints {
        idempotentSkills = Set.copyOf(idempotentSkills);
    }

    /** Nothing said. */
    public static AgentHints none() {
        return read(A2aJson.object(), "dmsc");
    }

    /**
     * Reads the hints in a card, overridden by those beside it.
     *
     * @throws org.dmsc.schemas.RefusedException INVALID_REQUEST
     */
    public static AgentHints of(ObjectNode card, Optional<ObjectNode> beside) {
        ObjectNode merged = A2aJson.object();
        for (JsonNode extension : card.path("capabilities").path("extensions")) {
            if (DelegationExtension.URI.equals(extension.path("uri").textValue())
                    && extension.get("params") instanceof ObjectNode params) {
                merged.setAll(params);
            }
        }
        beside.ifPresent(merged::setAll);
        return read(merged, "dmsc");
    }

    private static AgentHints read(ObjectNode node, String path) {
        Fields fields = new Fields(node, path, Refusal.INVALID_REQUEST);
        long heartbeat = fields.whole("heartbeatMs", 0, LONGEST_HEARTBEAT_MS).orElse(0L);
        if (heartbeat > 0 && heartbeat < SHORTEST_HEARTBEAT_MS) {
            throw fields.wrong("heartbeatMs", "is " + heartbeat, "0 for never, or at least " + SHORTEST_HEARTBEAT_MS);
        }
        return new AgentHints(
                fields.whole("capacity", 1, MOST_CAPACITY)
                        .orElse((long) DEFAULT_CAPACITY)
                        .intValue(),
                fields.text("region", LONGEST_REGION),
                fields.decimal("cost", 0, MOST_COST).orElse(1.0),
                heartbeat,
                fields.flag("plainHttp") ? Transport.PLAIN_HTTP_WANTED : Transport.TLS,
                Set.copyOf(fields.texts("idempotentSkills", MOST_SKILLS, LONGEST_SKILL)));
    }
}
