package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.SplitHttpResponse;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.AgentReply;
import org.dmsc.bridge.core.a2a.States;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delivery to one agent, from the request to the last word.
 *
 * <pre>
 *   request written          delivered
 *   200, JSON                one answer; a task that goes on is asked for again until it ends
 *   200, event stream        updates as they come; a stream that ends early is asked about again, too
 *   other status, garbage    failed
 *   connection cut           AGENT_LOST, uncertain
 * </pre>
 */
final class AgentCall {

    private static final Logger LOG = LoggerFactory.getLogger(AgentCall.class);

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Wire wire;
    private final DeliveryOrder order;
    private final AttemptSink sink;
    private final AgentReplies replies;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Optional<TaskStateName> state = Optional.empty();

    AgentCall(Wire wire, DeliveryOrder order, AttemptSink sink, AgentReplies replies) {
        this.wire = wire;
        this.order = order;
        this.sink = sink;
        this.replies = replies;
    }

    /** What calls have in common. */
    record Wire(AgentClient client, RemoteTasks remoteTasks, java.time.Clock clock, int maxAnswerBytes) {}

    void start(ObjectNode request) {
        AgentClient.Sent sent = send(request);
        var unused = sent.context()
                .log()
                .whenAvailable(RequestLogProperty.REQUEST_COMPLETE)
                .thenAccept(log -> {
                    if (log.requestCause() == null) {
                        sink.delivered();
                    }
                });
        SplitHttpResponse split = sent.response().split();
        var unusedToo = split.headers().whenComplete((headers, failure) -> {
            if (failure != null) {
                failed(failure);
            } else {
                answered(headers, split);
            }
        });
    }

    private AgentClient.Sent send(ObjectNode request) {
        long left = order.delivery().getAttemptDeadline() - wire.clock().millis();
        Duration patience = Duration.ofMillis(Math.max(1, left)).plus(GRACE);
        return wire.client()
                .post(
                        order.agent(),
                        request,
                        patience,
                        Optional.ofNullable(order.delivery().getTraceparent()));
    }

    private void answered(ResponseHeaders headers, SplitHttpResponse split) {
        MediaType type = headers.contentType();
        if (!headers.status().equals(HttpStatus.OK)) {
            split.body().abort();
            fail(AgentFailures.ofStatus(headers.status()));
        } else if (type != null && type.is(MediaType.EVENT_STREAM)) {
            split.body().subscribe(new EventSubscriber(this, wire.maxAnswerBytes()));
        } else {
            collected(split).whenComplete((body, failure) -> {
                if (failure != null) {
                    failed(failure);
                } else {
                    guarded(() -> read(result(body)));
                    ended();
                }
            });
        }
    }

    private CompletionStage<byte[]> collected(SplitHttpResponse split) {
        BodyCollector collector = new BodyCollector(wire.maxAnswerBytes());
        split.body().subscribe(collector);
        return collector.done();
    }

    /** One event of a stream. The stage completes when the log has what it said; it fails when nobody wants to hear more. */
    CompletionStage<Void> event(byte[] data) {
        return read(result(data));
    }

    /** The answer is complete: either the task is settled, or the agent still works on it. */
    void ended() {
        if (replies.ignored() > 0) {
            LOG.atInfo()
                    .addKeyValue(
                            "agent",
                            order.agent().getTenant() + "/" + order.agent().getAgent())
                    .addKeyValue("answers", replies.ignored())
                    .log("the agent went on after its last answer; that was ignored");
        }
        if (over.get()
                || replies.finished()
                || state.filter(States::interrupted).isPresent()) {
            return;
        }
        if (replies.agentTaskId().isEmpty()) {
            failed(new RefusedException(Refusal.AGENT_LOST, "the agent ended its answer without a result"));
            return;
        }
        CompletableFuture.delayedExecutor(POLL.toMillis(), TimeUnit.MILLISECONDS)
                .execute(this::poll);
    }

    private void poll() {
        if (over.get() || wire.clock().millis() > order.delivery().getAttemptDeadline()) {
            return;
        }
        ObjectNode params = A2aJson.object().put("id", replies.agentTaskId().orElseThrow());
        SplitHttpResponse split = send(Requests.of("GetTask", order.delivery().getDeliveryId(), params))
                .response()
                .split();
        var unused = split.headers()
                .thenCompose(headers -> headers.status().equals(HttpStatus.OK)
                        ? collected(split)
                        : CompletableFuture.failedStage(
                                new AgentFailures.StatusException(AgentFailures.ofStatus(headers.status()))))
                .whenComplete((body, failure) -> {
                    if (failure != null) {
                        fail(AgentFailures.afterDelivery(failure));
                    } else {
                        guarded(() -> polled(result(body)));
                        ended();
                    }
                });
    }

    /** Only news: an unchanged task would repeat its artifacts. */
    private CompletionStage<Void> polled(ObjectNode task) {
        Optional<TaskStateName> now =
                States.read(task.path("status").path("state").asText());
        if (now.isPresent() && now.equals(state)) {
            return CompletableFuture.completedStage(null);
        }
        return read(A2aJson.object().set("task", task));
    }

    private CompletionStage<Void> read(ObjectNode response) {
        List<AgentReply> said = replies.read(response);
        replies.agentTaskId()
                .ifPresent(name -> wire.remoteTasks()
                        .remember(order.delivery().getDeliveryId(), new RemoteTasks.Remote(order.agent(), name)));
        CompletionStage<Void> last = CompletableFuture.completedStage(null);
        for (AgentReply reply : said) {
            state = reply.state().or(() -> state);
            last = sink.update(reply.state(), reply.bytes());
        }
        return last;
    }

    private static ObjectNode result(byte[] body) {
        ObjectNode response;
        try {
            response = A2aJson.parse(body);
        } catch (RefusedException e) {
            throw new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + e.sentence());
        }
        JsonNode error = response.path("error");
        if (error.isObject()) {
            // The agent's own words may hold what the caller wrote: only its code goes into routing data.
            throw new RefusedException(
                    Refusal.AGENT_FAILED,
                    "the agent answered with error "
                            + Printable.of(error.path("code").asText("?")));
        }
        if (response.get("result") instanceof ObjectNode result) {
            return result;
        }
        throw new RefusedException(
                Refusal.INVALID_AGENT_RESPONSE,
                "answer: has neither result nor error (expected a JSON-RPC 2.0 response)");
    }

    private void guarded(Runnable reading) {
        try {
            reading.run();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    void failed(Throwable failure) {
        fail(AgentFailures.of(failure));
    }

    private void fail(AgentFailures.Ending ending) {
        if (!replies.finished() && over.compareAndSet(false, true)) {
            sink.failed(ending.refusal(), ending.reason(), ending.certainty()).exceptionally(late -> null);
        }
    }
}
