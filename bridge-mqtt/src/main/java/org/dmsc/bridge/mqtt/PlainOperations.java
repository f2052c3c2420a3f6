package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ListRequests;
import org.dmsc.bridge.core.a2a.PushJson;
import org.dmsc.bridge.core.a2a.States;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;

/** A2A operations that are one request and one answer and make no task: lists, push notification configurations, cards. */
final class PlainOperations {

    private static final Set<String> NAMES = Set.of(
            "ListTasks",
            "CreateTaskPushNotificationConfig",
            "GetTaskPushNotificationConfig",
            "ListTaskPushNotificationConfigs",
            "DeleteTaskPushNotificationConfig",
            "GetExtendedAgentCard");

    private final Exchange exchange;
    private final PushConfigs push;
    private final Function<AgentRef, ObjectNode> cards;

    /** @param cards the card of an agent of the tenant; throws a refusal when there is none */
    PlainOperations(Exchange exchange, PushConfigs push, Function<AgentRef, ObjectNode> cards) {
        this.exchange = exchange;
        this.push = push;
        this.cards = cards;
    }

    static boolean has(String operation) {
        return NAMES.contains(operation);
    }

    /**
     * The answer; completes when what the operation changes is stored.
     *
     * @throws RefusedException when it is not a request that could be answered
     */
    CompletionStage<ObjectNode> perform(DeviceRequest request) {
        Caller caller = request.device().caller();
        ObjectNode params = request.params();
        switch (request.operation()) {
            case "ListTasks":
                TaskFilter filter = ListRequests.filter(params);
                return exchange.list(caller, filter).thenApply(page -> ListRequests.response(page, filter));
            case "GetExtendedAgentCard":
                return CompletableFuture.completedFuture(cards.apply(request.addressed()));
            case "CreateTaskPushNotificationConfig":
                PushConfig config = config(params, "", text(params, "taskId"));
                return exchange.find(caller, config.taskId()).thenCompose(view -> create(caller, view, config));
            case "ListTaskPushNotificationConfigs":
                return own(request).thenApply(view -> PushJson.list(push.list(caller.tenant(), view.taskId())));
            case "DeleteTaskPushNotificationConfig":
                return own(request)
                        .thenCompose(view -> push.delete(caller.tenant(), view.taskId(), text(params, "id")))
                        .thenApply(done -> A2aJson.object());
            default:
                return own(request).thenApply(view -> shown(caller, view, text(params, "id")));
        }
    }

    /** Looks through a configuration that comes with a message, before its task exists. */
    static void requireReadable(ObjectNode config) {
        config(config, "configuration.taskPushNotificationConfig", "");
    }

    /** Keeps a configuration that came with a message. */
    CompletionStage<Void> keep(Caller caller, String taskId, ObjectNode config) {
        return push.put(caller, config(config, "configuration.taskPushNotificationConfig", taskId));
    }

    private CompletionStage<ObjectNode> create(Caller caller, TaskView view, PushConfig config) {
        if (States.terminal(view.state())) {
            throw new RefusedException(
                    Refusal.TASK_ENDED,
                    "task " + view.taskId() + ": has ended, so nothing is left to be told (expected one that goes on)");
        }
        return push.put(caller, config).thenApply(done -> PushJson.write(config));
    }

    private ObjectNode shown(Caller caller, TaskView view, String id) {
        return push.find(caller.tenant(), view.taskId(), id)
                .map(PushJson::write)
                .orElseThrow(() -> new RefusedException(
                        Refusal.TASK_UNKNOWN,
                        "push notification configuration '" + Printable.of(id) + "': none of task " + view.taskId()
                                + " (expected one of ListTaskPushNotificationConfigs)"));
    }

    /** Whose task it is comes first: of the configurations of others' tasks nothing is said. */
    private CompletionStage<TaskView> own(DeviceRequest request) {
        return exchange.find(request.device().caller(), text(request.params(), "taskId"));
    }

    /** The id is made of task and address when none is given: who repeats itself does not get two. */
    private static PushConfig config(ObjectNode config, String path, String task) {
        String basis = task + " " + config.path("url").asText();
        return PushJson.read(
                config,
                path,
                task,
                () -> UUID.nameUUIDFromBytes(basis.getBytes(StandardCharsets.UTF_8))
                        .toString());
    }

    private static String text(ObjectNode request, String member) {
        String value = request.path(member).asText("");
        if (value.isEmpty() || value.length() > 256) {
            throw new RefusedException(Refusal.INVALID_REQUEST, member + ": is missing or too long (expected an id)");
        }
        return value;
    }
}
