package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.JsonRpc;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.mqtt.broker.InboundPublish;

/**
 * A payload that only its recipient can read (user property {@code a2a-security-profile} = {@code ubsp-v1}: a JWE). It is carried unread, as
 * the one raw part of a message; what is needed to carry it stands in user properties: the task's id, and whose keys it is sealed with.
 */
final class OpaquePayload {

    private static final String PROFILE = "a2a-security-profile";
    private static final String NAME = "ubsp-v1";
    private static final String JOSE = "application/jose";
    private static final List<String> CARRIED =
            List.of(PROFILE, "a2a-requester-agent-id", "a2a-recipient-agent-id", "a2a-recipient-kid");

    private OpaquePayload() {}

    static boolean isOne(InboundPublish publish) {
        return NAME.equals(publish.properties().get(PROFILE));
    }

    /** The request that carries it; without a task id it is refused like any other. */
    static JsonRpc.Request request(InboundPublish publish) {
        String task = publish.properties().getOrDefault("a2a-task-id", "");
        ObjectNode params = A2aJson.object();
        ObjectNode message = params.putObject("message");
        message.put("taskId", task);
        Optional.ofNullable(publish.properties().get("a2a-context-id"))
                .ifPresent(context -> message.put("contextId", context));
        fill(message, "ROLE_USER", publish);
        return new JsonRpc.Request(TextNode.valueOf(task), "SendMessage", params);
    }

    /** The answer that carries it: an A2A {@code StreamResponse}. */
    static ObjectNode answer(InboundPublish publish, Optional<TaskKey> task) {
        ObjectNode response = A2aJson.object();
        ObjectNode message = response.putObject("message");
        task.ifPresent(key -> {
            message.put("taskId", key.taskId());
            message.put("contextId", key.contextId());
        });
        fill(message, "ROLE_AGENT", publish);
        return response;
    }

    private static void fill(ObjectNode message, String role, InboundPublish publish) {
        // The same bytes are the same message, however often they come.
        message.put("messageId", "jwe-" + sha256(publish.payload()));
        message.put("role", role);
        ObjectNode part = message.putArray("parts").addObject();
        part.put("raw", Base64.getEncoder().encodeToString(publish.payload()));
        part.put("mediaType", publish.contentType().orElse(JOSE));
        ObjectNode metadata = message.putObject("metadata");
        Map<String, String> given = publish.properties();
        CARRIED.stream().filter(given::containsKey).forEach(name -> metadata.put(name, given.get(name)));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
