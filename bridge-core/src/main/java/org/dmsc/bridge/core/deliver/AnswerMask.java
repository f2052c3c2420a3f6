package org.dmsc.bridge.core.deliver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.tenant.policy.Masks;
import org.dmsc.tenant.rules.Verdict.Mask;

/**
 * Puts what an agent answers through the profiles that its tenant, and a grant, ask for, before it is sealed. Immutable.
 *
 * <pre>
 *   task             status.message, each of history, each artifact, metadata
 *   message          itself
 *   statusUpdate     status.message, metadata
 *   artifactUpdate   artifact, metadata
 * </pre>
 * An artifact that comes in pieces is looked at piece by piece: a pattern does not find what is cut in two.
 */
final class AnswerMask {

    /** Of a tenant without profiles. */
    static final AnswerMask NONE = new AnswerMask(new Masks((tenant, content) -> ""), List.of());

    private static final String STATUS = "status";
    private static final String MESSAGE = "message";
    private static final String METADATA = "metadata";

    private final Masks masks;
    private final List<Mask> asked;

    AnswerMask(Masks masks, List<Mask> asked) {
        this.masks = masks;
        this.asked = List.copyOf(asked);
    }

    /** One stream response of A2A, as it may go on. */
    byte[] apply(byte[] streamResponse) {
        if (asked.isEmpty()) {
            return streamResponse;
        }
        ObjectNode response = A2aJson.parse(streamResponse);
        at(response, "task", this::task);
        masked(response, MESSAGE);
        at(response, "statusUpdate", this::status);
        at(response, "artifactUpdate", update -> {
            artifact(update, "artifact");
            metadata(update);
        });
        return A2aJson.bytes(response);
    }

    private void task(ObjectNode task) {
        status(task);
        each(task, "history");
        if (task.get("artifacts") instanceof ArrayNode artifacts) {
            for (int i = 0; i < artifacts.size(); i++) {
                if (artifacts.get(i) instanceof ObjectNode artifact) {
                    artifacts.set(i, artifact(artifact));
                }
            }
        }
    }

    private void status(ObjectNode holder) {
        at(holder, STATUS, status -> masked(status, MESSAGE));
        metadata(holder);
    }

    private void each(ObjectNode holder, String name) {
        if (holder.get(name) instanceof ArrayNode messages) {
            for (int i = 0; i < messages.size(); i++) {
                if (messages.get(i) instanceof ObjectNode message) {
                    messages.set(i, masks.message(asked, message));
                }
            }
        }
    }

    private void masked(ObjectNode holder, String name) {
        at(holder, name, message -> holder.set(name, masks.message(asked, message)));
    }

    private void artifact(ObjectNode holder, String name) {
        at(holder, name, artifact -> holder.set(name, artifact(artifact)));
    }

    /** Has parts and metadata, as a message has, and texts beside them. */
    private ObjectNode artifact(ObjectNode artifact) {
        ObjectNode out = masks.message(asked, artifact);
        for (String beside : List.of("name", "description")) {
            if (out.path(beside).isTextual()) {
                out.put(beside, masks.text(asked, out.get(beside).textValue()));
            }
        }
        return out;
    }

    /** Only the metadata: as of a message without parts. */
    private void metadata(ObjectNode holder) {
        JsonNode given = holder.get(METADATA);
        if (given == null) {
            return;
        }
        ObjectNode alone = A2aJson.object();
        alone.set(METADATA, given);
        JsonNode kept = masks.message(asked, alone).get(METADATA);
        if (kept == null) {
            holder.remove(METADATA);
        } else {
            holder.set(METADATA, kept);
        }
    }

    @FunctionalInterface
    private interface Change {
        void apply(ObjectNode node);
    }

    private static void at(ObjectNode holder, String name, Change change) {
        if (holder.get(name) instanceof ObjectNode node) {
            change.apply(node);
        }
    }
}
