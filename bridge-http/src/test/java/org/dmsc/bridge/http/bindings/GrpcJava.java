package org.dmsc.bridge.http.bindings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.tenant.pki.IssuedIdentity;

/** gRPC, by grpc-java with its own transport: nothing of it is shared with the server. */
public final class GrpcJava implements Binding {

    private final ManagedChannel channel;

    public GrpcJava(IssuedIdentity identity, X509Certificate root, int port) throws Exception {
        channel = NettyChannelBuilder.forAddress("localhost", port)
                .sslContext(GrpcSslContexts.forClient()
                        .keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new))
                        .trustManager(root)
                        .build())
                .build();
    }

    /** Of somebody without a certificate. */
    public GrpcJava(X509Certificate root, int port) throws Exception {
        channel = NettyChannelBuilder.forAddress("localhost", port)
                .sslContext(GrpcSslContexts.forClient().trustManager(root).build())
                .build();
    }

    /** For calls that a test makes itself. */
    public Channel channel(Map<String, String> headers) {
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(
                Metadata.Key.of(name.toLowerCase(java.util.Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER), value));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    @Override
    public Outcome call(Operation operation, ObjectNode request, Map<String, String> headers) throws Exception {
        MethodDescriptor<Message, Message> method = method(operation);
        Message.Builder message = ((Message)
                        ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller()).getMessagePrototype())
                .newBuilderForType();
        JsonFormat.parser().merge(request.toString(), message);
        List<Message> responses = new ArrayList<>();
        try {
            Iterator<Message> all = ClientCalls.blockingServerStreamingCall(
                    channel(headers),
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                    message.build());
            all.forEachRemaining(responses::add);
            return new Outcome(responses, Outcome.NONE);
        } catch (StatusRuntimeException e) {
            return new Outcome(responses, trouble(e));
        }
    }

    /** What a status says in its details. */
    public static Trouble trouble(StatusRuntimeException failure) throws InvalidProtocolBufferException {
        com.google.rpc.Status status = StatusProto.fromThrowable(failure);
        for (Any detail : status == null ? List.<Any>of() : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                ErrorInfo info = detail.unpack(ErrorInfo.class);
                return new Trouble(
                        info.getReason(), info.getDomain(), failure.getStatus().getDescription());
            }
        }
        return new Trouble("no ErrorInfo: " + failure.getStatus(), "", "");
    }

    /** All are called as if they streamed: one response is a stream of one. */
    private static MethodDescriptor<Message, Message> method(Operation operation) {
        MethodDescriptor<?, ?> known = A2AServiceGrpc.getServiceDescriptor().getMethods().stream()
                .filter(method -> operation.wireName().equals(method.getBareMethodName()))
                .findFirst()
                .orElseThrow();
        Message request = (Message)
                ((MethodDescriptor.PrototypeMarshaller<?>) known.getRequestMarshaller()).getMessagePrototype();
        return MethodDescriptor.<Message, Message>newBuilder()
                .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                .setFullMethodName(known.getFullMethodName())
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(WireTypes.of(operation)))
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
