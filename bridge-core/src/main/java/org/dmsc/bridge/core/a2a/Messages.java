package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmsc.schemas.Printable;

/** Checks A2A messages, parts and artifacts: from callers, whose faults are theirs, and from agents, whose faults end the attempt. */
final class Messages {

    static final int LONGEST_ID = 256;

    private static final int MOST_PARTS = 1024;
    private static final int LONGEST_PART = Integer.MAX_VALUE;
    private static final Set<String> CONTENTS = Set.of("text", "raw", "url", "data");
    private static final Set<String> ROLES = Set.of("ROLE_USER", "ROLE_AGENT");

    private Messages() {}

    /** A message with an id, a role and at least one good part; reserved metadata is gone afterwards. */
    static void check(Fields message) {
        if (message.id("messageId", LONGEST_ID).isEmpty()) {
            throw message.wrong("messageId", "is missing", "a unique id");
        }
        String role = message.requiredText("role", LONGEST_ID);
        if (!ROLES.contains(role)) {
            throw message.wrong("role", "is '" + Printable.of(role) + "'", "ROLE_USER or ROLE_AGENT");
        }
        parts(message);
        message.object("metadata");
    }

    /** An artifact with an id and at least one good part. */
    static void checkArtifact(Fields artifact) {
        if (artifact.id("artifactId", LONGEST_ID).isEmpty()) {
            throw artifact.wrong("artifactId", "is missing", "an id that is unique in its task");
        }
        parts(artifact);
        artifact.object("metadata");
    }

    /** The text parts, one line each. */
    static String text(ObjectNode message, int longest) {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : message.path("parts")) {
            if (part.path("text").isTextual() && text.length() < longest) {
                text.append(text.length() == 0 ? "" : "\n")
                        .append(part.get("text").textValue());
            }
        }
        return text.length() > longest ? text.substring(0, longest) : text.toString();
    }

    private static void parts(Fields holder) {
        List<ObjectNode> parts = holder.objects("parts", MOST_PARTS);
        if (parts.isEmpty()) {
            throw holder.wrong("parts", "is missing or empty", "at least one part");
        }
        for (int i = 0; i < parts.size(); i++) {
            part(new Fields(parts.get(i), holder.path() + ".parts[" + i + "]", holder.refusal()));
        }
    }

    private static void part(Fields part) {
        // ProtoJSON: null counts as absent, except for data, whose value it may be.
        Set<String> present = CONTENTS.stream()
                .filter(name -> name.equals("data") ? part.node().has(name) : part.has(name))
                .collect(Collectors.toUnmodifiableSet());
        if (present.size() != 1) {
            throw part.wrong(
                    "content",
                    present.isEmpty() ? "is missing" : "is given " + present.size() + " times",
                    "exactly one of text, raw, url and data");
        }
        String content = present.iterator().next();
        if (!content.equals("data") && part.text(content, LONGEST_PART).isEmpty()) {
            throw part.wrong(content, "is null", "a string");
        }
        if (content.equals("raw") && !isBase64(part.node().get("raw").textValue())) {
            throw part.wrong("raw", "is not base64", "standard or URL-safe base64");
        }
        part.text("mediaType", LONGEST_ID);
        part.text("filename", LONGEST_ID);
        part.object("metadata");
    }

    private static boolean isBase64(String text) {
        try {
            (text.indexOf('-') >= 0 || text.indexOf('_') >= 0 ? Base64.getUrlDecoder() : Base64.getDecoder())
                    .decode(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
