package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.websocket.WebSocket;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketFrameType;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.inbox.Inbox;
import org.dmsc.bridge.http.inbox.InboxReader;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.quota.Holding;
import org.dmsc.tenant.quota.QuotaGate;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * An inbox over one WebSocket: what an event stream carries comes as {@code {"event", "delivery", "data"}}, and what would be posted is sent as
 * {@code {"delivery", "ack": true}} or {@code {"delivery", "response"}}, each answered by {@code stored} or {@code refused}. One message is dealt with
 * before the next is read.
 */
final class InboxSocket implements InboxReader, Subscriber<WebSocketFrame> {

    /** What may wait for a slow reader. */
    private static final int MOST_PENDING = 16 * 1024 * 1024;

    private final AgentRef agent;
    private final QuotaGate quotas;
    private final Inboxes inboxes;
    private final WebSocketWriter writer = WebSocket.streaming();
    private final AtomicLong pending = new AtomicLong();
    private final CompletableFuture<Subscription> reading = new CompletableFuture<>();

    InboxSocket(AgentRef agent, QuotaGate quotas, Inboxes inboxes) {
        this.agent = agent;
        this.quotas = quotas;
        this.inboxes = inboxes;
        send("open", "", A2aJson.object().put("agent", agent.toString()));
    }

    WebSocketWriter writer() {
        return writer;
    }

    @Override
    public void ready(Inbox from) {
        from.take().forEach(item -> send(item.kind().name().toLowerCase(Locale.ROOT), item.delivery(), item.request()));
    }

    @Override
    public void dismissed(String why) {
        send("dismissed", "", A2aJson.object().put("reason", why));
        writer.close();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        reading.complete(subscription);
        subscription.request(1);
    }

    @Override
    public void onNext(WebSocketFrame frame) {
        if (frame.type() == WebSocketFrameType.CLOSE) {
            frame.close();
            writer.close();
            return;
        }
        if (frame.type() != WebSocketFrameType.TEXT && frame.type() != WebSocketFrameType.BINARY) {
            frame.close();
            more();
            return;
        }
        byte[] message = frame.array();
        frame.close();
        ObjectNode said = A2aJson.object();
        CompletionStage<Void> done;
        try {
            said.setAll(A2aJson.parse(message));
            done = act(said, message.length);
        } catch (RuntimeException e) {
            done = CompletableFuture.failedStage(e);
        }
        String delivery = said.path("delivery").asText("");
        var unused = done.whenComplete((stored, failure) -> {
            if (failure == null) {
                send("stored", delivery, A2aJson.object());
            } else {
                RefusedException refused = refusal(failure);
                send("refused", delivery, Errors.http(refused.refusal(), refused.sentence()));
            }
            more();
        });
    }

    private CompletionStage<Void> act(ObjectNode said, int length) {
        Holding room = quotas.request(agent, length);
        CompletionStage<Void> done;
        try {
            String delivery = said.path("delivery").asText("");
            if (said.get("response") instanceof ObjectNode response) {
                done = inboxes.answer(agent, delivery, A2aJson.bytes(response));
            } else if (said.path("ack").asBoolean(false)) {
                done = inboxes.acknowledge(agent, delivery);
            } else {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "message: has neither ack nor response (expected {\"delivery\":…,\"ack\":true} or"
                                + " {\"delivery\":…,\"response\":{…}})");
            }
        } catch (RuntimeException e) {
            room.close();
            throw e;
        }
        return done.whenComplete((stored, failure) -> room.close());
    }

    private static RefusedException refusal(Throwable failure) {
        Throwable cause = AuditedRefusal.unwrap(failure);
        return cause instanceof RefusedException refused
                ? refused
                : new RefusedException(Refusal.INTERNAL, Failures.INTERNAL);
    }

    private void more() {
        var unused = reading.thenAccept(subscription -> subscription.request(1));
    }

    @Override
    public void onError(Throwable failure) {
        writer.close();
    }

    @Override
    public void onComplete() {
        writer.close();
    }

    private void send(String event, String delivery, ObjectNode data) {
        ObjectNode message = A2aJson.object().put("event", event);
        if (!delivery.isEmpty()) {
            message.put("delivery", delivery);
        }
        message.set("data", data);
        byte[] bytes = A2aJson.bytes(message);
        if (pending.addAndGet(bytes.length) > MOST_PENDING) {
            writer.abort(new RefusedException(Refusal.OVERLOADED, "the reader of this inbox does not read"));
        } else if (writer.tryWrite(new String(bytes, StandardCharsets.UTF_8))) {
            var unused = writer.whenConsumed().thenRun(() -> pending.addAndGet(-bytes.length));
        }
    }
}
