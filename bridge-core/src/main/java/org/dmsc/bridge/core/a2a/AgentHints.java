package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;

/**
 * What an agent may say of itself that an A2A card has no field for: in {@code params} of the delegation extension under the card's
 * {@code capabilities.extensions}, or beside the card when it is posted.
 *
 * @param capacity tasks it can work on at once
 * @param heartbeatMs the interval it promises; 0 when it does not heartbeat
 * @param probe how its gateway looks whether it is there
 * @param plainHttp it wants to be called without TLS; counts only where somebody entitled allows it
 * @param idempotentSkills skill ids for which doing a task twice does no harm
 */
public record AgentHints(
        int capacity,
        Optional<String> region,
        double cost,
        long heartbeatMs,
        Probe probe,
        Transport plainHttp,
        Set<String> idempotentSkills) {

    /**
     * {@code {"intervalMs": 5000, "path": "/healthz", "contains": "ok"}}.
     *
     * @param intervalMs 0 for never
     * @param path at the host of the agent's URL; empty for the URL itself
     * @param contains what the answer, a 200, must hold
     */
    public record Probe(long intervalMs, String path, String contains) {

        /** Not probed. */
        public static final Probe NONE = new Probe(0, "", "");
    }

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
    private static final long SHORTEST_PROBE_MS = 500;
    private static final int LONGEST_PATH = 512;
    /** What a destination takes. */
    private static final Pattern PATH = Pattern.compile("/[!-~&&[^\"<>\\\\^`{|}#]]*");

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
                fields.object("probe")
                        .map(probe -> probe(probe, path + ".probe"))
                        .orElse(Probe.NONE),
                fields.flag("plainHttp") ? Transport.PLAIN_HTTP_WANTED : Transport.TLS,
                Set.copyOf(fields.texts("idempotentSkills", MOST_SKILLS, LONGEST_SKILL)));
    }

    private static Probe probe(ObjectNode node, String at) {
        Fields fields = new Fields(node, at, Refusal.INVALID_REQUEST);
        String path = fields.text("path", LONGEST_PATH).orElse("");
        if (!path.isEmpty() && !PATH.matcher(path).matches()) {
            throw fields.wrong("path", "is '" + Printable.of(path) + "'", "a path that begins with '/'");
        }
        return new Probe(
                fields.whole("intervalMs", SHORTEST_PROBE_MS, LONGEST_HEARTBEAT_MS)
                        .orElseThrow(() -> fields.wrong(
                                "intervalMs", "is missing", SHORTEST_PROBE_MS + " to " + LONGEST_HEARTBEAT_MS)),
                path,
                fields.text("contains", LONGEST_PATH).orElse(""));
    }
}
