package org.dmsc.bridge.http.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Status;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.http.a2a.A2aCore;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.bridge.http.a2a.ServiceParameters;
import org.dmsc.schemas.RefusedException;

/** Makes the gRPC services that a listener serves beside its pages, on the same port. */
public final class GrpcBinding {

    private GrpcBinding() {}

    /** Whose request it is; the caller was made sure of before the service is asked. */
    @FunctionalInterface
    public interface Askings {
        Asking of(ServiceRequestContext context, ServiceParameters parameters);
    }

    /**
     * What the binding works with.
     *
     * @param failures what a failure means, noted where failures are noted
     * @param heartbeat how often streams are looked at
     * @param streamIdle a stream that says nothing for so long is ended
     * @param maxMessageBytes largest request
     */
    public record Parts(
            A2aCore core,
            Askings asking,
            Function<RequestHeaders, ServiceParameters> parameters,
            BiFunction<ServiceRequestContext, Throwable, RefusedException> failures,
            ErrorProfile profile,
            Duration heartbeat,
            Duration streamIdle,
            int maxMessageBytes) {}

    /** The services, with a route for each method: A2A 1.0 and 0.3, and inboxes. Calls run on event loops; nothing in them blocks. */
    public static GrpcService service(Parts parts, InboxGrpcService.Desk inboxes) {
        return GrpcService.builder()
                .addService(new A2aGrpcService(parts))
                .addService(new OldGrpcService(parts))
                .addService(new InboxGrpcService(parts, inboxes))
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .maxRequestMessageLength(parts.maxMessageBytes())
                .exceptionHandler((context, status, cause, metadata) -> status(status, cause))
                .build();
    }

    /** Bytes that are no message, or nest too deep, are the caller's fault. */
    private static Status status(Status status, Throwable cause) {
        for (Throwable one = cause; one != null; one = one.getCause()) {
            if (one instanceof InvalidProtocolBufferException) {
                return Status.INVALID_ARGUMENT.withDescription(
                        "message: cannot be read (expected protobuf of this service, nested less than 100 deep)");
            }
        }
        return status;
    }
}
