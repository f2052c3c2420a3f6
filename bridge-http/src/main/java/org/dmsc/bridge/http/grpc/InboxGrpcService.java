package org.dmsc.bridge.http.grpc;

import com.linecorp.armeria.server.ServiceRequestContext;
import dmsc.inbox.v1.AgentInboxGrpc;
import dmsc.inbox.v1.FromAgent;
import dmsc.inbox.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.dmsc.bridge.http.connection.OpenStreams;
import org.dmsc.bridge.http.inbox.Inbox;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.quota.QuotaGate;

/** Inboxes of agents that only connect outwards, each as one call that is open in both directions. */
public final class InboxGrpcService extends AgentInboxGrpc.AgentInboxImplBase {

    /** Calls of this service live as long as their agents want: limits of requests do not hold for them. */
    public static final String PATH = "/" + AgentInboxGrpc.SERVICE_NAME + "/";

    private final GrpcBinding.Parts parts;
    private final Desk desk;

    /**
     * What it serves.
     *
     * @param reader the agent whose inbox the caller opens; throws a refusal when there is none
     * @param millis the time
     */
    public record Desk(
            Inboxes inboxes, QuotaGate quotas, Function<ServiceRequestContext, AgentRef> reader, LongSupplier millis) {}

    InboxGrpcService(GrpcBinding.Parts parts, Desk desk) {
        this.parts = parts;
        this.desk = desk;
    }

    @Override
    public StreamObserver<FromAgent> open(StreamObserver<ToAgent> reply) {
        ServiceRequestContext context = ServiceRequestContext.current();
        if (!(reply instanceof ServerCallStreamObserver<ToAgent> reader)) {
            throw new IllegalStateException("a server call without its observer");
        }
        PacedReader<ToAgent> paced = new PacedReader<>(reader, parts.profile()).attached();
        AgentRef agent;
        try {
            agent = desk.reader().apply(context);
        } catch (RefusedException e) {
            paced.fail(parts.failures().apply(context, e));
            return new Deaf();
        }
        InboxCall call = new InboxCall(agent, desk, paced, reader);
        OpenStreams.opened(context, call::drained);
        Inbox inbox = desk.inboxes().attach(agent, call);
        long interval = parts.heartbeat().toMillis();
        ScheduledFuture<?> heart = context.eventLoop()
                .withoutContext()
                .scheduleAtFixedRate(call::alive, interval, interval, TimeUnit.MILLISECONDS);
        var unused = paced.over().whenComplete((done, failure) -> {
            heart.cancel(false);
            inbox.closed(call, desk.millis().getAsLong());
        });
        return call;
    }

    /** Hears what is sent on a call that was refused. */
    private static final class Deaf implements StreamObserver<FromAgent> {
        @Override
        public void onNext(FromAgent said) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
