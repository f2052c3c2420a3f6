package org.dmsc.bridge.http.grpc;

import dmsc.inbox.v1.Alive;
import dmsc.inbox.v1.Dismissed;
import dmsc.inbox.v1.FromAgent;
import dmsc.inbox.v1.Opened;
import dmsc.inbox.v1.Refused;
import dmsc.inbox.v1.Stored;
import dmsc.inbox.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.core.a2a.Errors;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.inbox.Inbox;
import org.dmsc.bridge.http.inbox.InboxItem;
import org.dmsc.bridge.http.inbox.InboxReader;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.quota.Holding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One inbox call. A message of the agent is dealt with before the next is read, so answers keep their order. */
final class InboxCall implements InboxReader, StreamObserver<FromAgent> {

    private static final Logger LOG = LoggerFactory.getLogger(InboxCall.class);

    private final AgentRef agent;
    private final InboxGrpcService.Desk desk;
    private final PacedReader<ToAgent> out;
    private final ServerCallStreamObserver<ToAgent> in;

    InboxCall(
            AgentRef agent,
            InboxGrpcService.Desk desk,
            PacedReader<ToAgent> out,
            ServerCallStreamObserver<ToAgent> in) {
        this.agent = agent;
        this.desk = desk;
        this.out = out;
        this.in = in;
        in.disableAutoRequest();
        in.request(1);
        out.send(ToAgent.newBuilder()
                .setOpen(Opened.newBuilder().setAgent(agent.toString()))
                .build());
    }

    /** Shows that the call lives: to proxies between, and to us when nobody is there any more. */
    void alive() {
        out.send(ToAgent.newBuilder().setAlive(Alive.getDefaultInstance()).build());
    }

    /** The gateway closes. */
    void drained() {
        dismissed("the gateway closes (expected to connect again)");
    }

    @Override
    public void ready(Inbox inbox) {
        inbox.take().forEach(this::give);
    }

    /** What does not fit into the messages stays unacknowledged, so the router gives it to somebody else. */
    private void give(InboxItem item) {
        ToAgent.Builder event = ToAgent.newBuilder().setDelivery(item.delivery());
        byte[] request = A2aJson.bytes(item.request());
        try {
            if (item.kind() == InboxItem.Kind.CANCEL) {
                event.setCancel(
                        ProtoJson.message(request, com.google.lf.a2a.v1.CancelTaskRequest.getDefaultInstance()));
            } else {
                event.setRequest(
                        ProtoJson.message(request, com.google.lf.a2a.v1.SendMessageRequest.getDefaultInstance()));
            }
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("delivery", item.delivery())
                    .addKeyValue("agent", agent)
                    .log("a request has no form in protobuf");
            return;
        }
        out.send(event.build());
    }

    @Override
    public void dismissed(String why) {
        out.send(ToAgent.newBuilder()
                .setDismissed(Dismissed.newBuilder().setReason(why))
                .build());
        out.end();
    }

    @Override
    public void onNext(FromAgent said) {
        CompletionStage<Void> done;
        try {
            done = act(said);
        } catch (RuntimeException e) {
            done = CompletableFuture.failedStage(e);
        }
        var unused = done.whenComplete((stored, failure) -> {
            ToAgent.Builder answer = ToAgent.newBuilder().setDelivery(said.getDelivery());
            if (failure == null) {
                answer.setStored(Stored.getDefaultInstance());
            } else {
                answer.setRefused(refused(failure));
            }
            out.send(answer.build());
            in.request(1);
        });
    }

    private CompletionStage<Void> act(FromAgent said) {
        Holding room = desk.quotas().request(agent, said.getSerializedSize());
        try {
            CompletionStage<Void> done = switch (said.getSaidCase()) {
                case ACK -> desk.inboxes().acknowledge(agent, said.getDelivery());
                case RESPONSE ->
                    desk.inboxes().answer(agent, said.getDelivery(), A2aJson.bytes(ProtoJson.json(said.getResponse())));
                case SAID_NOT_SET ->
                    throw new RefusedException(
                            Refusal.INVALID_REQUEST, "message: has neither ack nor response (expected one)");
            };
            return done.whenComplete((stored, failure) -> room.close());
        } catch (RuntimeException e) {
            room.close();
            throw e;
        }
    }

    private static Refused refused(Throwable failure) {
        Throwable cause = AuditedRefusal.unwrap(failure);
        RefusedException refused = cause instanceof RefusedException known
                ? known
                : new RefusedException(Refusal.INTERNAL, "the gateway failed");
        if (cause != refused) {
            LOG.atError().setCause(cause).log("word of an agent could not be dealt with");
        }
        return Refused.newBuilder()
                .setReason(Errors.shape(refused.refusal(), ErrorProfile.V1_0_1).reason())
                .setMessage(Errors.visible(refused.refusal(), refused.sentence()))
                .build();
    }

    @Override
    public void onError(Throwable failure) {
        out.end();
    }

    /** The agent reads no further. */
    @Override
    public void onCompleted() {
        out.end();
    }
}
