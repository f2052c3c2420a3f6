package org.dmsc.bridge.core.a2a.v03;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.a2a.A2aJson;

/** Request messages of A2A 0.3 and 1.0 as each other. */
public final class OldRequests {

    private OldRequests() {}

    /** {@code MessageSendParams} as a {@code SendMessageRequest}. */
    public static ObjectNode upgraded(ObjectNode old, Style style) {
        ObjectNode request = A2aJson.object();
        if (old.get(old.has("message") ? "message" : "request") instanceof ObjectNode message) {
            request.set("message", Upgrade.message(message));
        }
        if (old.get("configuration") instanceof ObjectNode configuration) {
            request.set("configuration", configuration(configuration, style));
        }
        Upgrade.move(old, request, "metadata", "metadata");
        return request;
    }

    /** A blocking answer is what 0.3 gave unless told otherwise; its protobuf form could not leave the word out. */
    private static ObjectNode configuration(ObjectNode old, Style style) {
        ObjectNode configuration = A2aJson.object();
        Upgrade.move(old, configuration, "acceptedOutputModes", "acceptedOutputModes");
        if (style == Style.KIND || old.path("historyLength").asInt() != 0) {
            Upgrade.move(old, configuration, "historyLength", "historyLength");
        }
        boolean blocking = old.has("blocking") ? old.get("blocking").asBoolean() : style == Style.KIND;
        configuration.put("returnImmediately", !blocking);
        for (String name : new String[] {"pushNotification", "pushNotificationConfig"}) {
            if (old.get(name) instanceof ObjectNode push) {
                configuration.set("taskPushNotificationConfig", pushConfig(push));
            }
        }
        return configuration;
    }

    /** Where to tell of a task's updates; it may be wrapped, as requests do it. */
    public static ObjectNode pushConfig(ObjectNode given) {
        ObjectNode old = given;
        for (String wrapper : new String[] {"config", "pushNotificationConfig"}) {
            if (old.get(wrapper) instanceof ObjectNode inside) {
                old = inside;
            }
        }
        ObjectNode config = A2aJson.object();
        for (String name : new String[] {"id", "url", "token"}) {
            Upgrade.move(old, config, name, name);
        }
        if (old.get("authentication") instanceof ObjectNode authentication) {
            ObjectNode scheme = config.putObject("authentication");
            JsonNode first = authentication.path("schemes").path(0);
            scheme.put("scheme", first.asText(authentication.path("scheme").asText()));
            Upgrade.move(authentication, scheme, "credentials", "credentials");
        }
        return config;
    }

    /** A {@code TaskPushNotificationConfig} as 0.3 shows it. */
    public static ObjectNode oldPushConfig(JsonNode config, Style style) {
        ObjectNode inner = A2aJson.object();
        if (config instanceof ObjectNode given) {
            for (String name : new String[] {"id", "url", "token"}) {
                Upgrade.move(given, inner, name, name);
            }
        }
        if (config.path("authentication").has("scheme")) {
            inner.putObject("authentication")
                    .putArray("schemes")
                    .add(config.path("authentication").get("scheme"));
        }
        ObjectNode old = A2aJson.object();
        String task = config.path("taskId").asText();
        if (style == Style.KIND) {
            old.put("taskId", task);
        } else {
            old.put(
                    "name",
                    "tasks/" + task + "/pushNotificationConfigs/"
                            + config.path("id").asText());
        }
        old.set("pushNotificationConfig", inner);
        return old;
    }

    /** All configurations of a task: bare in JSON-RPC, on a page in HTTP+JSON. */
    public static JsonNode oldPushConfigs(JsonNode list, Style style) {
        ArrayNode configs = A2aJson.array();
        list.path("configs").forEach(config -> configs.add(oldPushConfig(config, style)));
        if (style == Style.KIND) {
            return configs;
        }
        ObjectNode page = A2aJson.object();
        page.set("configs", configs);
        return page.put("nextPageToken", "");
    }

    /** A {@code SendMessageRequest} as {@code MessageSendParams}, for an agent that answers when it is done. */
    public static ObjectNode downgraded(ObjectNode request, Style style) {
        ObjectNode old = A2aJson.object();
        if (request.get("message") instanceof ObjectNode message) {
            old.set("message", new Downgrade(style).message(message));
        }
        old.putObject("configuration").put("blocking", true);
        Upgrade.move(request, old, "metadata", "metadata");
        return old;
    }
}
