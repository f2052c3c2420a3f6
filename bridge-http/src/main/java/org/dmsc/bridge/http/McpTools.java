package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.OpenTask;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.DelegationExtension;
import org.dmsc.bridge.core.a2a.Fields;
import org.dmsc.bridge.core.a2a.Tasks;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.Answer;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.mcp.McpTool;
import org.dmsc.schemas.TenantId;

/** What the MCP tools do: each is an A2A operation, with the same checks, quotas and audit, and searching is what {@code GET /v1/agents} does. */
final class McpTools {

    private static final int MOST_FOUND = 50;
    private static final int FOUND = 10;
    private static final int LONGEST_QUERY = 4096;
    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_TEXT = 1_000_000;
    private static final int MOST_TAGS = 32;
    private static final long LONGEST_TIMEOUT_S = 86_400;
    private static final long LONGEST_WAIT_S = 120;
    private static final long WAIT_S = 30;

    private final A2aCore core;
    private final Exchange exchange;
    private final AgentSearch search;

    McpTools(A2aCore core, HttpEdgeParts parts) {
        this.core = core;
        this.exchange = parts.exchange();
        this.search = new AgentSearch(parts, new VisibleAgents(parts));
    }

    /**
     * Calls one.
     *
     * @param params of {@code tools/call}
     * @return the structured content; refusals are thrown or fail the stage
     */
    CompletionStage<ObjectNode> call(Call call, McpTool tool, ObjectNode params) {
        Fields arguments =
                tool.arguments(Fields.ofRequest(params, "").object("arguments").orElseGet(A2aJson::object));
        switch (tool) {
            case FIND_AGENTS:
                return found(call, arguments);
            case DELEGATE_TASK:
                return delegated(call, arguments);
            case GET_TASK:
                return got(call, arguments);
            case CANCEL_TASK:
                return performed(call, Operation.CANCEL_TASK, id(arguments)).thenApply(McpTools::task);
        }
        throw new IllegalStateException("unknown tool: " + tool);
    }

    private CompletionStage<ObjectNode> found(Call call, Fields arguments) {
        TenantId viewer = call.caller().tenant();
        AgentSearch.Wanted wanted = new AgentSearch.Wanted(
                arguments.text("skill", LONGEST_NAME),
                new HashSet<>(arguments.texts("tags", MOST_TAGS, LONGEST_NAME)),
                Optional.empty(),
                arguments.text("query", LONGEST_QUERY).orElse(""));
        int most = arguments.whole("limit", 1, MOST_FOUND).map(Long::intValue).orElse(FOUND);
        return search.find(viewer, wanted, most).thenApply(found -> listed(call, viewer, found));
    }

    private static ObjectNode listed(Call call, TenantId viewer, List<AgentSearch.Found> found) {
        ObjectNode result = A2aJson.object();
        ArrayNode agents = result.putArray("agents");
        found.forEach(one -> agents.add(one.match()
                .map(match -> AgentJson.of(one.agent(), match, AgentJson.url(one.agent(), call.baseUrl(), viewer)))
                .orElseGet(() -> AgentJson.of(one.agent(), AgentJson.url(one.agent(), call.baseUrl(), viewer)))));
        return result;
    }

    private CompletionStage<ObjectNode> delegated(Call call, Fields arguments) {
        long wait = arguments.whole("wait_seconds", 0, LONGEST_WAIT_S).orElse(WAIT_S);
        return core.open(asking(call), request(arguments)).thenCompose(open -> awaited(call, open, wait));
    }

    /** The task exists when this is answered; waiting for it is another matter. */
    private static ObjectNode request(Fields arguments) {
        ObjectNode request = A2aJson.object();
        ObjectNode message = request.putObject("message");
        message.put(
                "messageId",
                arguments
                        .id("request_id", LONGEST_NAME)
                        .orElseGet(() -> UUID.randomUUID().toString()));
        message.put("role", "ROLE_USER");
        message.putArray("parts").addObject().put("text", arguments.requiredText("text", LONGEST_TEXT));
        arguments.id("task_id", LONGEST_NAME).ifPresent(task -> message.put("taskId", task));
        ObjectNode wanted = A2aJson.object();
        arguments.text("agent", LONGEST_NAME).ifPresent(agent -> wanted.put("agent", agent));
        arguments.text("skill", LONGEST_NAME).ifPresent(skill -> wanted.put("skill", skill));
        copied(arguments, "tags", wanted, "tags");
        copied(arguments, "data_tags", wanted, "dataTags");
        arguments
                .whole("timeout_seconds", 1, LONGEST_TIMEOUT_S)
                .ifPresent(seconds -> wanted.put("timeoutMs", TimeUnit.SECONDS.toMillis(seconds)));
        if (!wanted.isEmpty()) {
            message.putObject("metadata").set(DelegationExtension.URI, wanted);
        }
        return request;
    }

    private static void copied(Fields arguments, String from, ObjectNode to, String as) {
        if (arguments.has(from)) {
            ArrayNode list = to.putArray(as);
            arguments.texts(from, MOST_TAGS, LONGEST_NAME).forEach(list::add);
        }
    }

    private CompletionStage<ObjectNode> got(Call call, Fields arguments) {
        long wait = arguments.whole("wait_seconds", 0, LONGEST_WAIT_S).orElse(0L);
        ObjectNode id = id(arguments);
        return performed(call, Operation.GET_TASK, id.deepCopy())
                .thenCompose(task -> wait == 0
                        ? CompletableFuture.completedStage(task(task))
                        : settled(call, id.path("id").asText(), wait));
    }

    private static ObjectNode id(Fields arguments) {
        return A2aJson.object().put("id", arguments.requiredText("task_id", LONGEST_NAME));
    }

    private CompletionStage<ObjectNode> performed(Call call, Operation operation, ObjectNode request) {
        return core.perform(asking(call), operation, request).thenApply(answer -> ((Answer.Whole) answer).json());
    }

    private static Asking asking(Call call) {
        return call.asking(Optional.empty()).upgraded();
    }

    /** The task as it stands when it has ended, asks something, or the time is over. */
    private CompletionStage<ObjectNode> settled(Call call, String taskId, long seconds) {
        return exchange.follow(call.caller(), taskId)
                .exceptionally(failure -> {
                    throw new java.util.concurrent.CompletionException(AuditedRefusal.mark(failure));
                })
                .thenCompose(open -> awaited(call, open, seconds));
    }

    private static CompletionStage<ObjectNode> awaited(Call call, OpenTask open, long seconds) {
        call.context().clearRequestTimeout();
        CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
        Future<?> late = call.context()
                .eventLoop()
                .withoutContext()
                .schedule(() -> answer.complete(shown(open)), seconds, TimeUnit.SECONDS);
        open.settled().whenComplete((view, failure) -> {
            if (failure == null) {
                answer.complete(shown(open));
            } else {
                answer.completeExceptionally(failure);
            }
        });
        CompletableFuture<Void> unused =
                call.context().whenRequestCancelled().thenRun(() -> answer.complete(shown(open)));
        return answer.whenComplete((done, failure) -> {
            late.cancel(false);
            open.release();
        });
    }

    private static ObjectNode shown(OpenTask open) {
        return task(Tasks.task(open.view(), OptionalInt.of(0)));
    }

    private static ObjectNode task(ObjectNode task) {
        task.remove("history");
        return A2aJson.object().set("task", task);
    }
}
