package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.netty.util.AttributeKey;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.AuditedRefusal;
import org.dmsc.bridge.http.grpc.GrpcBinding;
import org.dmsc.bridge.http.grpc.GrpcErrors;
import org.dmsc.bridge.http.grpc.InboxGrpcService;
import org.dmsc.bridge.http.inbox.Inboxes;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.quota.Holding;

/** The door before the gRPC service: the same as before all pages, with refusals as gRPC statuses. */
final class GrpcGate {

    private static final AttributeKey<Caller> CALLER = AttributeKey.valueOf(GrpcGate.class, "caller");

    private final Door door;
    private final Failures failures;
    private final EdgeSettings settings;
    private final ErrorProfile profile;

    GrpcGate(Door door, Failures failures, EdgeSettings settings) {
        this.door = door;
        this.failures = failures;
        this.settings = settings;
        this.profile = settings.profile();
    }

    /** The binding of this core, to be served behind {@link #guarding}. */
    GrpcService service(A2aCore core, Inboxes inboxes, HttpEdgeParts parts) {
        GrpcBinding.Parts binding = new GrpcBinding.Parts(
                core,
                (context, parameters) -> new Asking(
                        caller(context),
                        Optional.empty(),
                        parameters,
                        "https://" + PeerCredentials.authority(context.request().headers()),
                        context.whenRequestCancelled(),
                        receipt -> context.setAdditionalResponseHeader(Asking.RECEIPT, receipt)),
                Answers::parameters,
                this::noted,
                profile,
                settings.heartbeat(),
                settings.streamIdle(),
                settings.maxBodyBytes());
        return GrpcBinding.service(
                binding,
                new InboxGrpcService.Desk(
                        inboxes,
                        parts.quotas(),
                        context -> InboxPage.reader(caller(context), parts.agents()),
                        parts.clock()::millis));
    }

    /** The service with the door before it. */
    HttpService guarding(HttpService service) {
        return (context, request) -> admitted(service, context, request);
    }

    private HttpResponse admitted(HttpService service, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        RequestHeaders headers = request.headers();
        Caller caller;
        Holding room;
        try {
            door.requireCleanHeaders(headers);
            caller = door.identify(context, headers);
        } catch (RefusedException e) {
            return GrpcErrors.response(
                    failures.noteAnonymous(PeerCredentials.address(context), EdgeService.object(headers), e), profile);
        }
        try {
            room = door.room(context, caller, headers);
        } catch (RefusedException e) {
            return GrpcErrors.response(failures.noteUnread(caller, EdgeService.object(headers), e), profile);
        }
        context.setAttr(CALLER, caller);
        if (headers.path().startsWith(InboxGrpcService.PATH)) {
            // Each message on it takes room of its own.
            room.close();
            context.setMaxRequestLength(0);
            context.clearRequestTimeout();
            return service.serve(context, request);
        }
        // The frame says how long its message is: gRPC refuses what is too long in its own words.
        context.setMaxRequestLength(2L * settings.maxBodyBytes());
        var unused = request.whenComplete().whenComplete((done, failure) -> room.close());
        return service.serve(context, request);
    }

    private static Caller caller(ServiceRequestContext context) {
        Caller caller = context.attr(CALLER);
        if (caller == null) {
            throw new IllegalStateException("a gRPC call that did not come through the door");
        }
        return caller;
    }

    private RefusedException noted(ServiceRequestContext context, Throwable failure) {
        return failures.noteCalled(
                caller(context), EdgeService.object(context.request().headers()), AuditedRefusal.unwrap(failure));
    }
}
