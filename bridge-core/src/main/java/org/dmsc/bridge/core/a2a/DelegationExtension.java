package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The fabric's own data inside A2A metadata, under one key. In a request: {@code agent}, {@code skill}, {@code tags}, {@code dataTags}, {@code intent},
 * {@code timeoutMs}, {@code priority} ({@code low}, {@code normal} or {@code high}), {@code token}. In a task: {@code assignee}, {@code skill}, {@code attempt}, {@code reasons}, {@code refusal}. In a
 * message that an agent gets: {@code taskId}, {@code attempt}, {@code deliveryId}, {@code caller}, {@code skill}, {@code token}.
 */
public final class DelegationExtension {

    /** The extension's URI and the metadata key. */
    public static final String URI = "urn:dmsc:ext:delegation:1";

    /** What only the fabric may say; stripped at every edge. */
    private static final String RESERVED_PREFIX = "dmsc-";

    private DelegationExtension() {}

    /** Adds a tag to those that whoever does the request must have. */
    public static void wantTag(ObjectNode request, String tag) {
        ObjectNode extension = in(request);
        ArrayNode tags = extension.get("tags") instanceof ArrayNode given ? given : extension.putArray("tags");
        tags.add(tag);
    }

    /**
     * Removes from the object's {@code metadata}, and from that of its parts, what only the fabric may write there, and the metadata itself
     * when nothing is left.
     */
    static void strip(ObjectNode holder) {
        stripHere(holder);
        for (JsonNode part : holder.path("parts")) {
            if (part instanceof ObjectNode object) {
                stripHere(object);
            }
        }
    }

    private static void stripHere(ObjectNode holder) {
        if (!(holder.get("metadata") instanceof ObjectNode metadata)) {
            return;
        }
        List<String> reserved = new ArrayList<>();
        metadata.fieldNames().forEachRemaining(name -> {
            if (name.equals(URI) || name.regionMatches(true, 0, RESERVED_PREFIX, 0, RESERVED_PREFIX.length())) {
                reserved.add(name);
            }
        });
        metadata.remove(reserved);
        if (metadata.isEmpty()) {
            holder.remove("metadata");
        }
    }

    /** The extension's object inside the holder's {@code metadata}, made when absent. */
    static ObjectNode in(ObjectNode holder) {
        ObjectNode metadata =
                holder.get("metadata") instanceof ObjectNode present ? present : holder.putObject("metadata");
        return metadata.get(URI) instanceof ObjectNode present ? present : metadata.putObject(URI);
    }
}
