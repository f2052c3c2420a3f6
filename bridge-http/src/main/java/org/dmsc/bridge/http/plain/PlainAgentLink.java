package org.dmsc.bridge.http.plain;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentReplies;
import org.dmsc.bridge.core.a2a.AgentReply;
import org.dmsc.bridge.core.a2a.RequestName;
import org.dmsc.bridge.core.a2a.TaskKey;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.fetch.FetchOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to agents that are HTTP or gRPC services without A2A: one request, and one answer or a stream of messages, as their registration says; only
 * to places that the fetcher may call. A cancel ends a gRPC call; plain HTTP is not told of it, and what it answers afterwards counts for
 * nothing. Never blocks.
 */
public final class PlainAgentLink implements AgentLink {

    private static final Logger LOG = LoggerFactory.getLogger(PlainAgentLink.class);

    /** Whatever was refused with one of these was refused before anything was sent. */
    private static final Set<Refusal> UNSENT =
            Set.of(Refusal.ADDRESS_NOT_ALLOWED, Refusal.UNAVAILABLE, Refusal.OVERLOADED, Refusal.INVALID_REQUEST);

    /** What its header has room for: eight digits. */
    private static final long LONGEST_GRPC_MS = 99_999_999;

    private static final int MOST_KNOWN = 1_000;

    private final WebFetcher fetcher;
    private final Clock clock;
    private final Map<String, PlainCall> calls = new ConcurrentHashMap<>();
    private final Map<GrpcCall, String> underWay = new ConcurrentHashMap<>();

    public PlainAgentLink(WebFetcher fetcher, Clock clock) {
        this.fetcher = fetcher;
        this.clock = clock;
    }

    @Override
    public boolean serves(AgentSnapshot agent) {
        return Reach.of(agent.getRegistration()) == Reach.PLAIN_HTTP;
    }

    @Override
    public void deliver(DeliveryOrder order, AttemptSink sink) {
        try {
            PlainCall call = call(order.agent().getRegistration().getPlainCall());
            if (call.grpc().isPresent()) {
                stream(call, order, sink);
            } else {
                whole(call, order, sink);
            }
            sink.delivered();
        } catch (RefusedException e) {
            ended(sink, new PlainAnswer.Fails(Refusal.UNDELIVERABLE, e.sentence(), Certainty.CERTAIN));
        }
    }

    private void whole(PlainCall call, DeliveryOrder order, AttemptSink sink) {
        Sending sending = sending(call, order);
        var unused = fetcher.call(sending.to(), sending.headers(), sending.body(), sending.patience())
                .whenComplete((response, failure) -> {
                    try {
                        if (failure != null) {
                            failed(call, sink, cause(failure));
                        } else {
                            answered(call, order, sink, response);
                        }
                    } catch (RefusedException e) {
                        ended(sink, new PlainAnswer.Fails(e.refusal(), e.sentence(), Certainty.UNCERTAIN));
                    } catch (RuntimeException e) {
                        LOG.atError().setCause(e).log("an answer could not be read");
                        ended(
                                sink,
                                new PlainAnswer.Fails(
                                        Refusal.INTERNAL, "its answer could not be read", Certainty.UNCERTAIN));
                    }
                });
    }

    private void stream(PlainCall call, DeliveryOrder order, AttemptSink sink) {
        Sending sending = sending(call, order);
        Delivery delivery = order.delivery();
        GrpcCall made = new GrpcCall(call, delivery.getTaskId(), sink, replies(delivery), fetcher.mostBytes());
        underWay.put(made, attempt(delivery));
        var unused = fetcher.stream(sending.to(), sending.headers(), sending.body(), sending.patience(), made)
                .whenComplete((done, failure) -> {
                    underWay.remove(made);
                    if (failure != null) {
                        failed(call, sink, cause(failure));
                        made.stop();
                    }
                });
    }

    /** Plain HTTP has no word for it; a gRPC call is cancelled. */
    @Override
    public void cancel(Delivery cancel) {
        String unwanted = attempt(cancel);
        underWay.forEach((made, attempt) -> {
            if (attempt.equals(unwanted)) {
                made.stop();
            }
        });
    }

    /** Deliveries of one attempt, a task and what follows it up, end together. */
    private static String attempt(Delivery delivery) {
        return delivery.getTaskId() + "." + delivery.getAttempt();
    }

    /** Descriptors take longer to read than all the rest of a call. */
    private PlainCall call(String registered) {
        if (calls.size() >= MOST_KNOWN) {
            calls.clear();
        }
        return calls.computeIfAbsent(registered, PlainCall::parse);
    }

    /** What is sent, and where to. */
    @SuppressWarnings("ArrayRecordComponent") // Handed over once, compared by nobody.
    private record Sending(FetchOrder to, RequestHeaders headers, byte[] body, Duration patience) {}

    private Sending sending(PlainCall call, DeliveryOrder order) {
        Delivery delivery = order.delivery();
        PlainRequest request = PlainRequest.of(call, new Values(order));
        RequestHeadersBuilder headers = RequestHeaders.builder(
                HttpMethod.valueOf(call.method().name()), request.destination().path());
        call.headers().forEach(headers::add);
        headers.authority(request.destination().authority())
                .add("idempotency-key", RequestName.of(delivery.getDeliveryId()));
        if (!request.contentType().isEmpty()) {
            headers.add("content-type", request.contentType());
        }
        Duration patience = patience(call, delivery);
        if (call.grpc().isPresent()) {
            headers.add("te", "trailers").add("grpc-timeout", Math.min(patience.toMillis(), LONGEST_GRPC_MS) + "m");
        }
        Optional.ofNullable(delivery.getTraceparent()).ifPresent(value -> headers.add("traceparent", value));
        FetchOrder fetch =
                new FetchOrder(new TenantId(delivery.getAssigneeTenant()), request.destination(), FetchOrder.Trust.WEB);
        return new Sending(fetch, headers.build(), request.body(), patience);
    }

    private Duration patience(PlainCall call, Delivery delivery) {
        long left = Math.max(1, delivery.getAttemptDeadline() - clock.millis());
        return Duration.ofMillis(Math.min(left, call.timeout().toMillis()));
    }

    private void answered(PlainCall call, DeliveryOrder order, AttemptSink sink, AggregatedHttpResponse response) {
        Delivery delivery = order.delivery();
        PlainAnswer answer = PlainAnswer.of(
                call,
                delivery.getTaskId(),
                response.status().code(),
                response.headers().get("content-type", ""),
                response.content().array());
        if (answer instanceof PlainAnswer.Fails fails) {
            ended(sink, fails);
        } else if (answer instanceof PlainAnswer.Says says) {
            List<AgentReply> said = replies(delivery).read(A2aJson.object().set("task", says.task()));
            said.forEach(reply -> sink.update(reply.state(), reply.bytes()).exceptionally(late -> null));
        } else {
            throw new IllegalStateException("unknown answer: " + answer);
        }
    }

    private AgentReplies replies(Delivery delivery) {
        return AgentReplies.ofRequester(new TaskKey(delivery.getTaskId(), delivery.getContextId()), clock);
    }

    private static void failed(PlainCall call, AttemptSink sink, Throwable cause) {
        boolean certain = call.method() == PlainCall.Method.GET
                || (cause instanceof RefusedException refused && UNSENT.contains(refused.refusal()));
        String reason = cause instanceof RefusedException refused ? refused.sentence() : "the service did not answer";
        ended(
                sink,
                certain
                        ? new PlainAnswer.Fails(Refusal.UNDELIVERABLE, reason, Certainty.CERTAIN)
                        : new PlainAnswer.Fails(Refusal.AGENT_LOST, reason, Certainty.UNCERTAIN));
    }

    private static void ended(AttemptSink sink, PlainAnswer.Fails fails) {
        sink.failed(fails.refusal(), fails.reason(), fails.certainty()).exceptionally(late -> null);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
