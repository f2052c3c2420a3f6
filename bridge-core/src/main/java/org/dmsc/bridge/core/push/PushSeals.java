package org.dmsc.bridge.core.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfig.Authentication;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.PushRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Seals configurations with their tenant's keys and opens them: address and secrets with the payload key, the rest with the routing key. */
final class PushSeals {

    private static final String CHANNEL = "push";
    private static final String TYPE = "application/json;type=push";

    private final Envelopes envelopes;
    private final ObjectMapper json = new ObjectMapper();

    PushSeals(Envelopes envelopes) {
        this.envelopes = envelopes;
    }

    SealedEnvelope seal(PushKey key, PushRecord record, PushConfig config, long now) {
        Parties parties = new Parties(record.getCallerUri(), "");
        SealedEnvelope routing = envelopes.seal(record, key.tenant(), CHANNEL, key.toString(), parties, now);
        return envelopes.withPayload(routing, envelopes.payload(bytes(config), TYPE, routing));
    }

    /**
     * Opens the routing part; the rest when it is asked for.
     *
     * @throws RefusedException UNREADABLE when it was changed, or copied from another place or key
     */
    PushEntry open(PushKey key, SealedEnvelope envelope, long offset) {
        Envelopes.requirePlace(envelope, key.tenant(), CHANNEL);
        if (!envelope.getRouting().getMessageId().equals(key.toString())) {
            throw new RefusedException(Refusal.UNREADABLE, "push configuration " + key + " was copied from another");
        }
        PushRecord record = envelopes.routing(envelope, PushRecord.class);
        return new PushEntry(key, record, () -> config(key, envelopes.openPayload(envelope)), offset);
    }

    private byte[] bytes(PushConfig config) {
        ObjectNode node = json.createObjectNode().put("url", config.url());
        config.token().ifPresent(token -> node.put("token", token));
        config.authentication().ifPresent(shown -> {
            ObjectNode authentication = node.putObject("authentication").put("scheme", shown.scheme());
            shown.credentials().ifPresent(secret -> authentication.put("credentials", secret));
        });
        try {
            return json.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object of plain values must be writable", e);
        }
    }

    private PushConfig config(PushKey key, byte[] payload) {
        try {
            JsonNode node = json.readTree(payload);
            JsonNode shown = node.path("authentication");
            return new PushConfig(
                    key.taskId(),
                    key.configId(),
                    node.path("url").asText(),
                    text(node, "token"),
                    shown.isObject()
                            ? Optional.of(
                                    new Authentication(shown.path("scheme").asText(), text(shown, "credentials")))
                            : Optional.empty());
        } catch (IOException e) {
            throw new RefusedException(Refusal.UNREADABLE, "push configuration " + key + " holds no JSON");
        }
    }

    private static Optional<String> text(JsonNode node, String name) {
        return Optional.ofNullable(node.path(name).textValue());
    }
}
