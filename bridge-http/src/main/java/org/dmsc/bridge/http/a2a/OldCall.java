package org.dmsc.bridge.http.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.v03.Downgrade;
import org.dmsc.bridge.core.a2a.v03.OldCards;
import org.dmsc.bridge.core.a2a.v03.OldRequests;
import org.dmsc.bridge.core.a2a.v03.Style;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A request of A2A 0.3 as the core knows it, and the core's answers as 0.3 has them, in each of its bindings.
 *
 * @param operation what the core does
 * @param request the request message of 1.0
 * @param single of a list only the first is wanted: 0.3 could leave the name of a configuration out
 */
public record OldCall(Operation operation, ObjectNode request, Style style, boolean single) {

    private static final Map<String, Operation> METHODS = Map.of(
            "message/send", Operation.SEND_MESSAGE,
            "message/stream", Operation.SEND_STREAMING_MESSAGE,
            "tasks/get", Operation.GET_TASK,
            "tasks/list", Operation.LIST_TASKS,
            "tasks/cancel", Operation.CANCEL_TASK,
            "tasks/resubscribe", Operation.SUBSCRIBE_TO_TASK,
            "tasks/pushNotificationConfig/set", Operation.CREATE_PUSH_CONFIG,
            "tasks/pushNotificationConfig/get", Operation.GET_PUSH_CONFIG,
            "tasks/pushNotificationConfig/list", Operation.LIST_PUSH_CONFIGS,
            "tasks/pushNotificationConfig/delete", Operation.DELETE_PUSH_CONFIG);

    /** The name that 0.3 had for an operation; agents of 0.3 are called by it. */
    public static String method(Operation operation) {
        return METHODS.entrySet().stream()
                .filter(entry -> entry.getValue() == operation)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("0.3 has no " + operation));
    }

    /** Empty when 0.3 has no method of that name. */
    public static Optional<OldCall> jsonRpc(String method, ObjectNode params) {
        if (method.equals("agent/getAuthenticatedExtendedCard")) {
            return Optional.of(of(Operation.GET_EXTENDED_AGENT_CARD, A2aJson.object()));
        }
        return Optional.ofNullable(METHODS.get(method)).map(operation -> translated(operation, params));
    }

    /** Of HTTP+JSON and gRPC: what path or name say is in the request already. */
    public static OldCall rest(Operation operation, ObjectNode request) {
        ObjectNode upgraded = switch (operation) {
            case SEND_MESSAGE, SEND_STREAMING_MESSAGE -> OldRequests.upgraded(request, Style.PROTO);
            case CREATE_PUSH_CONFIG ->
                OldRequests.pushConfig(request)
                        .put("taskId", request.path("taskId").asText());
            default -> request;
        };
        return new OldCall(operation, upgraded, Style.PROTO, false);
    }

    private static OldCall translated(Operation operation, ObjectNode params) {
        ObjectNode ofTask = A2aJson.object().put("taskId", params.path("id").asText());
        return switch (operation) {
            case SEND_MESSAGE, SEND_STREAMING_MESSAGE -> of(operation, OldRequests.upgraded(params, Style.KIND));
            case CREATE_PUSH_CONFIG ->
                of(
                        operation,
                        OldRequests.pushConfig(params)
                                .put("taskId", params.path("taskId").asText()));
            case GET_PUSH_CONFIG, DELETE_PUSH_CONFIG -> {
                String id = params.path("pushNotificationConfigId").asText();
                yield id.isEmpty() && operation == Operation.GET_PUSH_CONFIG
                        ? new OldCall(Operation.LIST_PUSH_CONFIGS, ofTask, Style.KIND, true)
                        : of(operation, ofTask.put("id", id));
            }
            case LIST_PUSH_CONFIGS -> of(operation, ofTask);
            default -> of(operation, params);
        };
    }

    private static OldCall of(Operation operation, ObjectNode request) {
        return new OldCall(operation, request, Style.KIND, false);
    }

    /**
     * A whole answer of the core.
     *
     * @throws RefusedException TASK_UNKNOWN when one configuration was asked for without a name and there is none
     */
    public JsonNode result(ObjectNode answer) {
        return switch (operation) {
            case SEND_MESSAGE -> new Downgrade(style).response(answer);
            case GET_TASK, CANCEL_TASK -> new Downgrade(style).task(answer);
            case LIST_TASKS -> tasks(answer);
            case CREATE_PUSH_CONFIG, GET_PUSH_CONFIG -> OldRequests.oldPushConfig(answer, style);
            case LIST_PUSH_CONFIGS -> configs(answer);
            case DELETE_PUSH_CONFIG -> style == Style.KIND ? NullNode.getInstance() : answer;
            case GET_EXTENDED_AGENT_CARD -> OldCards.old(answer);
            case SEND_STREAMING_MESSAGE, SUBSCRIBE_TO_TASK ->
                throw new IllegalStateException(operation + " is no whole answer");
        };
    }

    /** One event of a stream. */
    public byte[] event(byte[] streamResponse) {
        return A2aJson.bytes(new Downgrade(style).response(A2aJson.parse(streamResponse)));
    }

    private JsonNode tasks(ObjectNode answer) {
        ObjectNode old = answer.deepCopy();
        var tasks = old.putArray("tasks");
        answer.path("tasks").forEach(task -> tasks.add(new Downgrade(style).task((ObjectNode) task)));
        return old;
    }

    private JsonNode configs(ObjectNode answer) {
        JsonNode all = OldRequests.oldPushConfigs(answer, style);
        if (!single) {
            return all;
        }
        if (all.isEmpty()) {
            throw new RefusedException(
                    Refusal.TASK_UNKNOWN, "push notification configuration: the task has none (expected one)");
        }
        return all.get(0);
    }
}
