package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.CancelTaskRequest;
import com.google.lf.a2a.v1.GetTaskRequest;
import com.google.lf.a2a.v1.SendMessageRequest;
import com.google.lf.a2a.v1.SendMessageResponse;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.SubscribeToTaskRequest;
import com.google.lf.a2a.v1.Task;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.tenant.pki.IssuedIdentity;

/** An agent in all three bindings on one TLS port, which wants a certificate of whoever calls it: {@code /rpc}, {@code /rest} and gRPC, that of 0.3, too. */
final class FixtureAgent implements AutoCloseable {

    final Conversations does = new Conversations();
    final List<RequestHeaders> headers = new CopyOnWriteArrayList<>();
    private final Server server;

    FixtureAgent(IssuedIdentity identity, X509Certificate root) {
        server = Server.builder()
                .https(0)
                .tls(TlsKeyPair.of(identity.key(), identity.chain()))
                .tlsCustomizer(tls -> tls.trustManager(root).clientAuth(ClientAuth.REQUIRE))
                .service("/rpc", this::rpc)
                .service("prefix:/rest", this::rest)
                .service(GrpcService.builder()
                        .addService(new Grpc())
                        .addService(new OldGrpcAgent(does, this::last))
                        .useBlockingTaskExecutor(true)
                        .build())
                .decorator((delegate, context, request) -> {
                    headers.add(request.headers());
                    return delegate.serve(context, request);
                })
                .build();
        server.start().join();
    }

    int port() {
        return server.activeLocalPort();
    }

    @Override
    public void close() {
        server.stop().join();
    }

    // ---- JSON-RPC

    private HttpResponse rpc(ServiceRequestContext context, HttpRequest request) {
        return HttpResponse.of(request.aggregate().thenApply(whole -> {
            ObjectNode call = A2aJson.parse(whole.content().array());
            JsonNode id = call.get("id");
            ObjectNode params = (ObjectNode) call.get("params");
            try {
                return answered(call.path("method").asText(), params, json -> {
                    ObjectNode response = A2aJson.object().put("jsonrpc", "2.0");
                    response.set("id", id);
                    return response.set("result", json);
                });
            } catch (Conversations.Fault fault) {
                ObjectNode response = A2aJson.object().put("jsonrpc", "2.0");
                response.set("id", id);
                ObjectNode error = response.putObject("error").put("code", fault.code);
                error.put("message", "the agent's own words");
                info(error.putArray("data").addObject(), fault);
                return json(HttpStatus.OK, response);
            }
        }));
    }

    // ---- HTTP+JSON

    private HttpResponse rest(ServiceRequestContext context, HttpRequest request) {
        return HttpResponse.of(request.aggregate().thenApply(whole -> {
            try {
                return route(context.mappedPath(), whole);
            } catch (Conversations.Fault fault) {
                ObjectNode body = A2aJson.object();
                ObjectNode error = body.putObject("error").put("code", fault.http);
                error.put("status", "WHATEVER").put("message", "the agent's own words");
                info(error.putArray("details").addObject(), fault);
                return json(HttpStatus.valueOf(fault.http), body);
            }
        }));
    }

    /** With a tenant before it or without. */
    private HttpResponse route(String mapped, AggregatedHttpRequest request) {
        String path = mapped.startsWith("/the%2Ftenant/") ? mapped.substring("/the%2Ftenant".length()) : mapped;
        ObjectNode body = request.content().isEmpty()
                ? A2aJson.object()
                : A2aJson.parse(request.content().array());
        String verb = request.method() + " " + path;
        if (verb.equals("POST /message:send")) {
            return answered("SendMessage", body, json -> json);
        }
        if (verb.equals("POST /message:stream")) {
            return answered("SendStreamingMessage", body, json -> json);
        }
        String rest = URLDecoder.decode(path.substring("/tasks/".length()), StandardCharsets.UTF_8);
        if (verb.startsWith("POST") && rest.endsWith(":subscribe")) {
            return answered("SubscribeToTask", body.put("id", rest.replace(":subscribe", "")), json -> json);
        }
        if (verb.startsWith("POST") && rest.endsWith(":cancel")) {
            return answered("CancelTask", body.put("id", rest.replace(":cancel", "")), json -> json);
        }
        return answered("GetTask", body.put("id", rest), json -> json);
    }

    private interface Frame {
        ObjectNode of(ObjectNode json);
    }

    private HttpResponse answered(String method, ObjectNode params, Frame frame) {
        switch (method) {
            case "SendStreamingMessage":
                return streamed(out -> does.send(params, out), frame);
            case "SubscribeToTask":
                return streamed(out -> does.subscribe(params, out), frame);
            case "SendMessage":
                return json(HttpStatus.OK, frame.of(last(params)));
            case "CancelTask":
                return json(HttpStatus.OK, frame.of(does.cancel(params)));
            default:
                return json(HttpStatus.OK, frame.of(does.get(params)));
        }
    }

    /** What a caller gets that waits for the end: the direct message, or the task as it is then. */
    private ObjectNode last(ObjectNode params) {
        ObjectNode[] heard = new ObjectNode[1];
        does.send(params, new Conversations.Out() {
            @Override
            public void next(ObjectNode response) {
                heard[0] = heard[0] == null ? response : heard[0];
            }

            @Override
            public void end() {}

            @Override
            public void cut() {}
        });
        return heard[0].has("message")
                ? heard[0]
                : A2aJson.object()
                        .set(
                                "task",
                                does.get(A2aJson.object()
                                        .put(
                                                "id",
                                                heard[0].path("task").path("id").asText())));
    }

    private static HttpResponse streamed(Consumer<Conversations.Out> work, Frame frame) {
        HttpResponseWriter writer = HttpResponse.streaming();
        writer.write(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.EVENT_STREAM)
                .build());
        work.accept(new Conversations.Out() {
            @Override
            public void next(ObjectNode response) {
                writer.write(HttpData.ofUtf8("data: " + frame.of(response) + "\n\n"));
            }

            @Override
            public void end() {
                writer.close();
            }

            @Override
            public void cut() {
                var unused = writer.whenConsumed().thenRun(() -> writer.close(ClosedStreamException.get()));
            }
        });
        return writer;
    }

    private static HttpResponse json(HttpStatus status, ObjectNode body) {
        return HttpResponse.of(status, MediaType.JSON, A2aJson.bytes(body));
    }

    private static void info(ObjectNode detail, Conversations.Fault fault) {
        detail.put("@type", "type.googleapis.com/google.rpc.ErrorInfo")
                .put("reason", fault.reason)
                .put("domain", "a2a-protocol.org");
    }

    // ---- gRPC

    private final class Grpc extends A2AServiceGrpc.A2AServiceImplBase {

        @Override
        public void sendMessage(SendMessageRequest request, StreamObserver<SendMessageResponse> reply) {
            unary(reply, SendMessageResponse.newBuilder(), () -> last(node(request)));
        }

        @Override
        public void sendStreamingMessage(SendMessageRequest request, StreamObserver<StreamResponse> reply) {
            flowing(reply, out -> does.send(node(request), out));
        }

        @Override
        public void subscribeToTask(SubscribeToTaskRequest request, StreamObserver<StreamResponse> reply) {
            flowing(reply, out -> does.subscribe(node(request), out));
        }

        @Override
        public void getTask(GetTaskRequest request, StreamObserver<Task> reply) {
            unary(reply, Task.newBuilder(), () -> does.get(node(request)));
        }

        @Override
        public void cancelTask(CancelTaskRequest request, StreamObserver<Task> reply) {
            unary(reply, Task.newBuilder(), () -> does.cancel(node(request)));
        }

        @SuppressWarnings("unchecked") // A builder builds what it was made by.
        private <M extends Message> void unary(
                StreamObserver<M> reply, Message.Builder builder, java.util.function.Supplier<ObjectNode> work) {
            try {
                reply.onNext((M) filled(builder, work.get()));
                reply.onCompleted();
            } catch (Conversations.Fault fault) {
                reply.onError(status(fault));
            }
        }

        private void flowing(StreamObserver<StreamResponse> reply, Consumer<Conversations.Out> work) {
            ServiceRequestContext context = ServiceRequestContext.current();
            try {
                work.accept(new Conversations.Out() {
                    @Override
                    public void next(ObjectNode response) {
                        reply.onNext((StreamResponse) filled(StreamResponse.newBuilder(), response));
                    }

                    @Override
                    public void end() {
                        reply.onCompleted();
                    }

                    @Override
                    public void cut() {
                        reply.onError(io.grpc.Status.UNAVAILABLE.asRuntimeException());
                        context.initiateConnectionShutdown();
                    }
                });
            } catch (Conversations.Fault fault) {
                reply.onError(status(fault));
            }
        }
    }

    private static Throwable status(Conversations.Fault fault) {
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(fault.grpc)
                .setMessage("the agent's own words")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(fault.reason)
                        .setDomain("a2a-protocol.org")
                        .build()))
                .build());
    }

    private static ObjectNode node(MessageOrBuilder message) {
        try {
            return A2aJson.parse(JsonFormat.printer().print(message).getBytes(StandardCharsets.UTF_8));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Message filled(Message.Builder builder, ObjectNode json) {
        try {
            JsonFormat.parser().merge(json.toString(), builder);
            return builder.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
