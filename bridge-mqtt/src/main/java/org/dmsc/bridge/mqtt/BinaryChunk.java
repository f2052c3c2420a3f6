package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * One piece of an artifact that comes as bytes, described by user properties (A2A over MQTT, {@code a2a-artifact-mode} = {@code binary}).
 *
 * @param number its place among the pieces of the artifact; a piece that comes again is the same one
 * @param update an A2A {@code artifactUpdate} of one part with these bytes
 */
record BinaryChunk(String artifactId, long number, ObjectNode update) {

    private static final String MODE = "a2a-artifact-mode";
    private static final String ANY_BYTES = "application/octet-stream";

    static boolean isOne(InboundPublish publish) {
        return "binary".equals(publish.properties().get(MODE));
    }

    /** @throws RefusedException INVALID_AGENT_RESPONSE */
    static BinaryChunk read(InboundPublish publish) {
        Map<String, String> properties = publish.properties();
        String artifactId = required(properties, "a2a-artifact-id");
        ObjectNode response = A2aJson.object();
        ObjectNode update = response.putObject("artifactUpdate");
        update.put("taskId", required(properties, "a2a-task-id"));
        ObjectNode artifact = update.putObject("artifact");
        artifact.put("artifactId", artifactId);
        ObjectNode part = artifact.putArray("parts").addObject();
        part.put("raw", Base64.getEncoder().encodeToString(publish.payload()));
        part.put("mediaType", publish.contentType().orElse(ANY_BYTES));
        if (properties.getOrDefault("a2a-last-chunk", "").equals("true")) {
            update.put("lastChunk", true);
        }
        return new BinaryChunk(artifactId, number(properties), response);
    }

    private static long number(Map<String, String> properties) {
        String text = properties.getOrDefault("a2a-chunk-seqno", "0");
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the same refusal
        }
        throw wrong("a2a-chunk-seqno", "is '" + Printable.of(text) + "' (expected a whole number)");
    }

    private static String required(Map<String, String> properties, String name) {
        String value = properties.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw wrong(name, "is missing (expected with " + MODE + " binary)");
        }
        return value;
    }

    private static RefusedException wrong(String name, String what) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "user property " + name + ": " + what);
    }
}
