package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delivery to one agent, from the request to the last word.
 *
 * <pre>
 *   request written               delivered
 *   answer, whole or streamed     updates as they come
 *   ends before the task does     subscribed to again, or asked for, until it ends; see {@link Comeback}
 *   cut before the agent named its task      AGENT_LOST, uncertain
 *   other status, garbage         failed
 * </pre>
 */
final class AgentCall {

    private static final Logger LOG = LoggerFactory.getLogger(AgentCall.class);

    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Wire wire;
    private final DeliveryOrder order;
    private final AttemptSink sink;
    private final AgentReplies replies;
    private final Question.Beside beside;
    private final Comeback comeback;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Optional<TaskStateName> state = Optional.empty();
    private volatile Optional<String> lastEventId = Optional.empty();
    private volatile Comeback.Progress progress = Comeback.Progress.SILENCE;

    AgentCall(Wire wire, DeliveryOrder order, AttemptSink sink, AgentReplies replies, List<String> extensions) {
        this.wire = wire;
        this.order = order;
        this.sink = sink;
        this.replies = replies;
        this.beside = new Question.Beside(
                Optional.ofNullable(order.delivery().getTraceparent()), extensions, Optional.empty());
        this.comeback = new Comeback(streams() ? Comeback.Way.SUBSCRIBE : Comeback.Way.ASK);
    }

    /** What calls have in common. */
    record Wire(AgentClient client, RemoteTasks remoteTasks, java.time.Clock clock) {}

    void start(ObjectNode request) {
        Operation operation = streams() ? Operation.SEND_STREAMING_MESSAGE : Operation.SEND_MESSAGE;
        AgentClient.Sent sent = ask(operation, request, beside);
        var unused = sent.context()
                .log()
                .whenAvailable(RequestLogProperty.REQUEST_COMPLETE)
                .thenAccept(log -> {
                    if (log.requestCause() == null) {
                        sink.delivered();
                    }
                });
        AnswerSubscriber.read(sent, new Answer(operation, sent.reader()));
    }

    private boolean streams() {
        return order.agent().getRegistration().getStreaming();
    }

    private AgentClient.Sent ask(Operation operation, ObjectNode message, Question.Beside with) {
        long left = order.delivery().getAttemptDeadline() - wire.clock().millis();
        Duration patience = Duration.ofMillis(Math.max(1, left)).plus(GRACE);
        return wire.client()
                .ask(order.agent(), new Question(operation, order.delivery().getDeliveryId(), message, patience, with));
    }

    /** One answer of the agent; there may be several to one delivery, but never two at once. */
    private final class Answer implements AnswerSubscriber.Listener {

        private final Operation operation;
        private final AnswerReader reader;

        Answer(Operation operation, AnswerReader reader) {
            this.operation = operation;
            this.reader = reader;
        }

        @Override
        public CompletionStage<Void> heard(ObjectNode message) {
            if (over.get()) {
                return CompletableFuture.failedStage(new RefusedException(Refusal.TASK_ENDED, "nobody listens"));
            }
            CompletionStage<Void> logged = passed(said(message));
            lastEventId = reader.lastEventId().or(() -> lastEventId);
            return logged;
        }

        private List<AgentReply> said(ObjectNode message) {
            return switch (operation) {
                case SEND_MESSAGE -> replies.readWhole(message);
                case GET_TASK -> replies.read(A2aJson.object().set("task", message));
                default -> replies.read(message);
            };
        }

        @Override
        public void ended() {
            noteIgnored();
            if (settled() || state.filter(States::interrupted).isPresent()) {
                return;
            }
            if (replies.agentTaskId().isEmpty()) {
                lost(new RefusedException(Refusal.AGENT_LOST, "the agent ended its answer without a result"));
                return;
            }
            next(comeback.ended(progress()));
        }

        @Override
        public void failed(Throwable failure) {
            if (settled()) {
                return;
            }
            if (replies.agentTaskId().isEmpty() || wire.clock().millis() > deadline()) {
                lost(failure);
                return;
            }
            Optional<Comeback.Step> step = Optional.empty();
            if (AgentFailures.isCut(failure)) {
                step = comeback.cut(progress());
            } else if (operation == Operation.SUBSCRIBE_TO_TASK && AgentFailures.isRefused(failure)) {
                step = comeback.refused();
            }
            step.ifPresentOrElse(AgentCall.this::next, () -> lost(failure));
        }

        private void lost(Throwable failure) {
            boolean first = operation == Operation.SEND_MESSAGE || operation == Operation.SEND_STREAMING_MESSAGE;
            end(first ? AgentFailures.of(failure) : AgentFailures.afterDelivery(failure));
        }
    }

    private Comeback.Progress progress() {
        Comeback.Progress made = progress;
        progress = Comeback.Progress.SILENCE;
        return made;
    }

    private void next(Comeback.Step step) {
        CompletableFuture.delayedExecutor(step.after().toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> comeBack(step.way()));
    }

    private void comeBack(Comeback.Way way) {
        if (settled() || wire.clock().millis() > deadline()) {
            return;
        }
        Operation operation = way == Comeback.Way.SUBSCRIBE ? Operation.SUBSCRIBE_TO_TASK : Operation.GET_TASK;
        ObjectNode message = A2aJson.object().put("id", replies.agentTaskId().orElseThrow());
        AgentClient.Sent sent =
                ask(operation, message, operation == Operation.SUBSCRIBE_TO_TASK ? beside.after(lastEventId) : beside);
        AnswerSubscriber.read(sent, new Answer(operation, sent.reader()));
    }

    private CompletionStage<Void> passed(List<AgentReply> said) {
        replies.agentTaskId()
                .ifPresent(name -> wire.remoteTasks()
                        .remember(
                                RemoteTasks.attempt(order.delivery()),
                                new RemoteTasks.Remote(
                                        order.agent(), name, replies.agentContextId(), replies.heard(), over)));
        CompletionStage<Void> last = CompletableFuture.completedStage(null);
        for (AgentReply reply : said) {
            state = reply.state().or(() -> state);
            progress = Comeback.Progress.NEWS;
            last = sink.update(reply.state(), reply.bytes());
        }
        return last.whenComplete((done, closed) -> {
            if (closed != null) {
                over.set(true);
            }
        });
    }

    private boolean settled() {
        return over.get() || replies.finished();
    }

    private long deadline() {
        return order.delivery().getAttemptDeadline();
    }

    private void noteIgnored() {
        if (replies.ignored() > 0) {
            LOG.atInfo()
                    .addKeyValue(
                            "agent",
                            order.agent().getTenant() + "/" + order.agent().getAgent())
                    .addKeyValue("answers", replies.ignored())
                    .log("the agent went on after its last answer; that was ignored");
        }
    }

    private void end(AgentFailures.Ending ending) {
        if (!replies.finished() && over.compareAndSet(false, true)) {
            sink.failed(ending.refusal(), ending.reason(), ending.certainty()).exceptionally(late -> null);
        }
    }
}
