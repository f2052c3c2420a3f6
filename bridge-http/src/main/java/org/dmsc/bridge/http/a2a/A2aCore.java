package org.dmsc.bridge.http.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskView;
import org.dmsc.bridge.core.Terms;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ListRequests;
import org.dmsc.bridge.core.a2a.PushJson;
import org.dmsc.bridge.core.a2a.RequestedExtensions;
import org.dmsc.bridge.core.a2a.SendRequests;
import org.dmsc.bridge.core.a2a.States;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * A2A 1.0, once for all bindings: request and response messages as ProtoJSON objects.
 *
 * <pre>
 *   version ▸ tenant ▸ members of the request ▸ the exchange
 * </pre>
 *
 * Never blocks. Refusals fail the stage: as {@link AuditedRefusal} when the exchange wrote them to the audit trail already.
 */
public final class A2aCore {

    private static final String A2A = "a2a-http";
    private static final String MCP = "mcp";

    private final Exchange exchange;
    private final PushConfigs push;
    private final Function<Asking, ObjectNode> extendedCard;
    private final BiFunction<TenantId, AgentRef, AgentExtensions> extensions;

    /**
     * A core over these.
     *
     * @param extendedCard the card that a caller sees at an address; throws a refusal for an agent that it may not see
     * @param extensions what an agent wants of callers of that tenant; none for one that they may not see
     */
    public A2aCore(
            Exchange exchange,
            PushConfigs push,
            Function<Asking, ObjectNode> extendedCard,
            BiFunction<TenantId, AgentRef, AgentExtensions> extensions) {
        this.exchange = exchange;
        this.push = push;
        this.extendedCard = extendedCard;
        this.extensions = extensions;
    }

    /** The extensions that take effect at an address: the fabric's and the agent's, of those that the caller named. */
    public List<String> activated(Asking asking) {
        List<String> all = new ArrayList<>(asking.parameters().activated());
        all.addAll(ofAgent(asking, asking.addressed()).among(asking.parameters().extensions()));
        return all;
    }

    private AgentExtensions ofAgent(Asking asking, Optional<AgentRef> agent) {
        return agent.map(named -> extensions.apply(asking.caller().tenant(), named))
                .orElse(AgentExtensions.NONE);
    }

    /** Does one operation. The request MUST NOT be used any more by the caller of this: it is taken apart. */
    public CompletionStage<Answer> perform(Asking asking, Operation operation, ObjectNode request) {
        try {
            asking.parameters().requireVersion();
            return dispatched(Addresses.selected(asking, request), operation, request);
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /**
     * Sends a message for a caller that speaks MCP, where a tool decides how long to wait. The same checks as {@link #perform}.
     *
     * @return once the task exists; to be released
     */
    public CompletionStage<OpenTask> open(Asking asking, ObjectNode request) {
        try {
            asking.parameters().requireVersion();
            return ask(Addresses.selected(asking, request), Operation.SEND_MESSAGE, MCP, request);
        } catch (RefusedException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private CompletionStage<Answer> dispatched(Asking asking, Operation operation, ObjectNode request) {
        switch (operation) {
            case SEND_MESSAGE:
                return send(asking, request).thenApply(Answer.Whole::new);
            case SEND_STREAMING_MESSAGE:
                return stream(asking, request).thenApply(Answer.Flowing::new);
            case SUBSCRIBE_TO_TASK:
                return subscribe(asking, request).thenApply(Answer.Flowing::new);
            case GET_TASK:
                OptionalInt length = SendRequests.historyLength(request);
                return own(asking, taskId(request, "id")).thenApply(view -> new Answer.Whole(Tasks.task(view, length)));
            case LIST_TASKS:
                return list(asking, request).thenApply(Answer.Whole::new);
            case CANCEL_TASK:
                return audited(exchange.cancel(asking.caller(), taskId(request, "id"), "the caller cancelled it"))
                        .thenApply(view -> new Answer.Whole(Tasks.task(view, OptionalInt.empty())));
            case GET_EXTENDED_AGENT_CARD:
                return CompletableFuture.completedStage(new Answer.Whole(extendedCard.apply(asking)));
            default:
                return pushed(asking, operation, request).thenApply(Answer.Whole::new);
        }
    }

    private CompletionStage<ObjectNode> send(Asking asking, ObjectNode request) {
        SendRequests.Wishes wishes = SendRequests.wishes(request);
        return ask(asking, Operation.SEND_MESSAGE, A2A, request).thenCompose(open -> {
            var unused = asking.gone().whenComplete((done, failure) -> open.release());
            CompletionStage<TaskView> view = wishes.delivery() == SendRequests.Delivery.AT_ONCE
                    ? CompletableFuture.completedStage(open.view())
                    : open.settled();
            return view.whenComplete((settled, failure) -> open.release())
                    .thenApply(settled -> Tasks.taskResponse(Tasks.task(settled, wishes.historyLength())));
        });
    }

    /** The task is in the log before its push configuration is: receivers are told from the first update on all the same. */
    private CompletionStage<OpenTask> ask(Asking asking, Operation operation, String protocol, ObjectNode request) {
        SendRequests.Wishes wishes = SendRequests.wishes(request);
        Terms terms = new Terms(
                operation == Operation.SEND_STREAMING_MESSAGE,
                Optional.empty(),
                protocol,
                asking.parameters().traceparent(),
                Optional.empty());
        AgentMessage message =
                extended(asking, SendRequests.toMessage(request, asking.caller().tenant(), asking.addressed(), terms));
        // Looked through before the task exists: a bad address must not leave a task behind that nobody hears of.
        wishes.push().ifPresent(config -> config(config, "configuration.taskPushNotificationConfig", ""));
        CompletionStage<OpenTask> asked = audited(exchange.ask(asking.caller(), message))
                .thenApply(open -> {
                    open.receipt().ifPresent(asking.receipts());
                    return open;
                });
        return wishes.push()
                .map(config -> asked.thenCompose(open -> told(asking, open, config)))
                .orElse(asked);
    }

    /** With what the caller named beside the message; an agent that is chosen later says itself what it misses. */
    private AgentMessage extended(Asking asking, AgentMessage message) {
        List<String> named = asking.parameters().extensions();
        Optional<AgentRef> target = message.need().target();
        AgentExtensions wanted = ofAgent(asking, target);
        if (!wanted.required().isEmpty()) {
            Set<String> all = new HashSet<>(RequestedExtensions.of(message.message()));
            all.addAll(named);
            wanted.require(target.orElseThrow(), all);
        }
        List<String> passedOn = target.isPresent()
                ? wanted.among(named)
                : named.stream()
                        .filter(uri -> !asking.parameters().activated().contains(uri))
                        .toList();
        return RequestedExtensions.with(message, passedOn);
    }

    private CompletionStage<OpenTask> told(Asking asking, OpenTask open, ObjectNode config) {
        PushConfig wanted = config(config, "configuration.taskPushNotificationConfig", open.taskId());
        return push.put(asking.caller(), wanted).thenApply(done -> open).whenComplete((done, failure) -> {
            if (failure != null) {
                open.release();
            }
        });
    }

    /** What was said before a message that follows up is in the task that is shown first, and is not streamed again. */
    private CompletionStage<TaskStream> stream(Asking asking, ObjectNode request) {
        Optional<String> after = asking.parameters().lastEventId();
        boolean followsUp = !request.path("message").path("taskId").asText("").isEmpty();
        return ask(asking, Operation.SEND_STREAMING_MESSAGE, A2A, request)
                .thenApply(open -> followsUp ? TaskStream.ofExisting(open, after) : TaskStream.ofNew(open, after));
    }

    private CompletionStage<TaskStream> subscribe(Asking asking, ObjectNode request) {
        Optional<String> after = asking.parameters().lastEventId();
        return audited(exchange.follow(asking.caller(), taskId(request, "id"))).thenApply(open -> {
            if (after.isEmpty() && States.terminal(open.view().state())) {
                open.release();
                throw new RefusedException(
                        Refusal.TASK_ENDED,
                        "task " + open.taskId() + ": has ended (expected one that goes on; read it with GetTask)");
            }
            return TaskStream.ofExisting(open, after);
        });
    }

    private CompletionStage<ObjectNode> list(Asking asking, ObjectNode request) {
        TaskFilter filter = ListRequests.filter(request);
        return audited(exchange.list(asking.caller(), filter)).thenApply(page -> ListRequests.response(page, filter));
    }

    /** Whose task it is comes first: of the configurations of others' tasks nothing is said. */
    private CompletionStage<ObjectNode> pushed(Asking asking, Operation operation, ObjectNode request) {
        String task = taskId(request, "taskId");
        if (operation == Operation.CREATE_PUSH_CONFIG) {
            PushConfig config = config(request, "", task);
            return own(asking, task).thenCompose(view -> created(asking, view, config));
        }
        if (operation == Operation.LIST_PUSH_CONFIGS) {
            return own(asking, task).thenApply(view -> PushJson.list(configs(asking, task)));
        }
        String id = text(request, "id");
        if (operation == Operation.DELETE_PUSH_CONFIG) {
            return own(asking, task)
                    .thenCompose(view -> push.delete(asking.caller().tenant(), task, id))
                    .thenApply(done -> A2aJson.object());
        }
        return own(asking, task)
                .thenApply(view -> push.find(asking.caller().tenant(), task, id)
                        .map(PushJson::write)
                        .orElseThrow(() -> new RefusedException(
                                Refusal.TASK_UNKNOWN,
                                "push notification configuration '" + Printable.of(id) + "': none of task " + task
                                        + " (expected one of ListTaskPushNotificationConfigs)")));
    }

    private CompletionStage<ObjectNode> created(Asking asking, TaskView view, PushConfig config) {
        if (States.terminal(view.state())) {
            throw new RefusedException(
                    Refusal.TASK_ENDED,
                    "task " + view.taskId() + ": has ended, so nothing is left to be told (expected one that goes on)");
        }
        return push.put(asking.caller(), config).thenApply(done -> PushJson.write(config));
    }

    private List<PushConfig> configs(Asking asking, String task) {
        return push.list(asking.caller().tenant(), task);
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

    private CompletionStage<TaskView> own(Asking asking, String taskId) {
        return audited(exchange.find(asking.caller(), taskId));
    }

    private static <T> CompletionStage<T> audited(CompletionStage<T> stage) {
        return stage.exceptionally(failure -> {
            throw new java.util.concurrent.CompletionException(AuditedRefusal.mark(failure));
        });
    }

    /** Task ids are UUIDs: anything else is nobody's task. */
    private static String taskId(ObjectNode request, String member) {
        String given = text(request, member);
        try {
            return UUID.fromString(given).toString();
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    Refusal.TASK_UNKNOWN,
                    "task: no task '" + Printable.of(given) + "' of this caller (expected an id that the fabric gave)");
        }
    }

    private static String text(ObjectNode request, String member) {
        JsonNode value = request.path(member);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw new RefusedException(Refusal.INVALID_REQUEST, member + ": is missing (expected an id)");
        }
        return value.textValue();
    }
}
