package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What an agent has said of its task so far, so that a task which it shows again, whole, is told from news: after a cut stream, and when a
 * message follows up, nothing is passed on twice and nothing is left out. Keeps checksums, not contents. Thread-safe.
 *
 * <pre>
 *   the same parts                        no news
 *   the same parts and more behind them   an update that appends those
 *   anything else                         the artifact, which replaces what was said before
 * </pre>
 */
public final class Heard {

    private final Map<String, Parts> known = new HashMap<>();
    private Optional<String> status = Optional.empty();

    /** How many parts, and what they were. */
    private record Parts(int count, long sum) {}

    /** One artifact of a task, compared with what was heard. */
    record News(ObjectNode artifact, boolean appends) {}

    /** Notes an update that was passed on as it came. */
    synchronized void update(ObjectNode artifact, boolean appends) {
        String id = artifact.path("artifactId").asText();
        Parts before = appends ? known.getOrDefault(id, new Parts(0, 0)) : new Parts(0, 0);
        JsonNode parts = artifact.path("parts");
        known.put(id, new Parts(before.count() + parts.size(), sum(before.sum(), parts, 0, parts.size())));
    }

    /** An artifact as a task shows it: what of it is news; notes it. */
    synchronized Optional<News> shown(ObjectNode artifact) {
        String id = artifact.path("artifactId").asText();
        JsonNode parts = artifact.path("parts");
        Parts before = known.getOrDefault(id, new Parts(0, 0));
        int old = before.count();
        boolean goesOn = old > 0 && old <= parts.size() && sum(0, parts, 0, old) == before.sum();
        if (goesOn && old == parts.size()) {
            return Optional.empty();
        }
        long from = goesOn ? before.sum() : 0;
        known.put(id, new Parts(parts.size(), sum(from, parts, goesOn ? old : 0, parts.size())));
        return Optional.of(goesOn ? new News(behind(artifact, parts, old), true) : new News(artifact, false));
    }

    /** Notes a status; false when it is the one that was heard last. */
    synchronized boolean changed(String state, JsonNode message) {
        String said = message.isMissingNode()
                ? state
                : state + " " + sum(0, A2aJson.array().add(message), 0, 1);
        boolean changed = !status.equals(Optional.of(said));
        status = Optional.of(said);
        return changed;
    }

    private static ObjectNode behind(ObjectNode artifact, JsonNode parts, int old) {
        ObjectNode rest = artifact.deepCopy();
        ArrayNode added = rest.putArray("parts");
        for (int i = old; i < parts.size(); i++) {
            added.add(parts.get(i));
        }
        return rest;
    }

    /** Each part's checksum goes into the next one's, so that the sum of a beginning can be gone on with. */
    private static long sum(long before, JsonNode parts, int from, int to) {
        long sum = before;
        for (int i = from; i < to; i++) {
            byte[] bytes = A2aJson.bytes(parts.get(i));
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            sum = sum * 31 + (crc.getValue() << 24) + bytes.length;
        }
        return sum;
    }
}
