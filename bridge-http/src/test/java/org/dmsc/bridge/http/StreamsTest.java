package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.Message;
import com.google.lf.a2a.v1.Part;
import com.google.lf.a2a.v1.Role;
import com.google.lf.a2a.v1.SendMessageRequest;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.SubscribeToTaskRequest;
import com.google.lf.a2a.v1.TaskState;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;
import org.dmsc.bridge.http.bindings.Binding;
import org.dmsc.bridge.http.bindings.GrpcJava;
import org.dmsc.bridge.http.bindings.HttpBindings;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams in each binding: what comes first, what comes again, and what does not. */
final class StreamsTest {

    private static final Map<String, String> SPOKEN = Map.of("A2A-Version", "1.0");

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static IssuedIdentity caller;
    static HttpClient client;
    static GrpcJava grpc;
    static Map<String, Binding> bindings;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        caller = edge.identities.agent("acme", "caller");
        client = edge.identities.client(Optional.of(caller), HttpClient.Version.HTTP_2);
        grpc = new GrpcJava(caller, edge.identities.root(), edge.edge.port());
        bindings = new LinkedHashMap<>();
        bindings.put("JSONRPC", HttpBindings.jsonRpc(client, edge.uri("/")));
        bindings.put("HTTP+JSON", HttpBindings.rest(client, edge.uri("/")));
        bindings.put("GRPC", grpc);
    }

    @AfterAll
    static void stop() {
        bindings.values().forEach(Binding::close);
        edge.close();
    }

    static Stream<String> names() {
        return Stream.of("JSONRPC", "HTTP+JSON", "GRPC");
    }

    @ParameterizedTest
    @MethodSource("names")
    void goesOnAfterTheLastEventWithoutLossOrRepetition(String binding) throws Exception {
        FakeExchange.FakeTask task = task();
        task.work();
        task.artifact("one");
        task.artifact("two");
        task.end(TaskStateName.COMPLETED, "done");

        assertThat(states(binding, task, "event-1")).containsExactly("two", "TASK_STATE_COMPLETED");
        assertThat(states(binding, task, "event-0")).containsExactly("one", "two", "TASK_STATE_COMPLETED");
        assertThat(states(binding, task, "0"))
                .containsExactly("TASK_STATE_WORKING", "one", "two", "TASK_STATE_COMPLETED");
        assertThat(states(binding, task, "event-3")).isEmpty();
        assertThat(states(binding, task, "of-another-log")).containsExactly("task TASK_STATE_COMPLETED");
    }

    @Test
    void namesEachEventSoThatItsReaderCanGoOnAfterIt() throws Exception {
        edge.exchange.onAsk(task -> {
            task.work();
            task.end(TaskStateName.COMPLETED, "done");
        });
        String body = "{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]}}";

        HttpResponse<String> stream =
                client.send(edge.post("/message:stream", body), HttpResponse.BodyHandlers.ofString());
        edge.exchange.clear();

        assertThat(stream.body().lines().filter(line -> line.startsWith("id: ")))
                .containsExactly("id: 0", "id: event-0", "id: event-1");
    }

    @Test
    void namesEventsInTheirMetadataWhereTheBindingHasNoPlaceForIt() throws Exception {
        FakeExchange.FakeTask task = task();
        task.work();
        Map<String, String> headers =
                Map.of("a2a-version", "1.0", "a2a-extensions", "urn:dmsc:ext:resume:1", "last-event-id", "0");

        Iterator<StreamResponse> stream = A2AServiceGrpc.newBlockingStub(grpc.channel(headers))
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .subscribeToTask(
                        SubscribeToTaskRequest.newBuilder().setId(task.taskId()).build());

        assertThat(stream.next()
                        .getStatusUpdate()
                        .getMetadata()
                        .getFieldsOrThrow("urn:dmsc:ext:resume:1")
                        .getStructValue()
                        .getFieldsOrThrow("eventId")
                        .getStringValue())
                .isEqualTo("event-0");
        task.end(TaskStateName.COMPLETED, "done");
        assertThat(stream.next().getStatusUpdate().getStatus().getState()).isEqualTo(TaskState.TASK_STATE_COMPLETED);
        assertThat(stream.hasNext()).isFalse();
    }

    @Test
    void showsSeveralReadersTheSameInTheSameOrderAndTheTaskAsItStandsFirst() throws Exception {
        FakeExchange.FakeTask task = task();
        task.work();
        task.artifact("before");
        A2AServiceGrpc.A2AServiceBlockingStub stub =
                A2AServiceGrpc.newBlockingStub(grpc.channel(SPOKEN)).withDeadlineAfter(60, TimeUnit.SECONDS);
        SubscribeToTaskRequest asked =
                SubscribeToTaskRequest.newBuilder().setId(task.taskId()).build();
        List<Iterator<StreamResponse>> readers =
                List.of(stub.subscribeToTask(asked), stub.subscribeToTask(asked), stub.subscribeToTask(asked));
        readers.forEach(reader ->
                assertThat(reader.next().getTask().getStatus().getState()).isEqualTo(TaskState.TASK_STATE_WORKING));

        task.artifact("after");
        task.end(TaskStateName.COMPLETED, "done");

        readers.forEach(reader -> {
            assertThat(reader.next().getArtifactUpdate().getArtifact().getArtifactId())
                    .isEqualTo("after");
            assertThat(reader.next().hasStatusUpdate()).isTrue();
            assertThat(reader.hasNext()).isFalse();
        });
    }

    @Test
    void givesTheReceiptOfATaskInTheFirstMetadataOfGrpcWhetherItStreamsOrNot() {
        edge.exchange.onAsk(task -> task.end(TaskStateName.COMPLETED, "done"));
        AtomicReference<Metadata> headers = new AtomicReference<>();
        Channel channel = ClientInterceptors.intercept(
                grpc.channel(SPOKEN), MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()));
        A2AServiceGrpc.A2AServiceBlockingStub stub =
                A2AServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
        Metadata.Key<String> receipt = Metadata.Key.of("dmsc-receipt", Metadata.ASCII_STRING_MARSHALLER);
        SendMessageRequest request = SendMessageRequest.newBuilder()
                .setMessage(Message.newBuilder()
                        .setMessageId("m")
                        .setRole(Role.ROLE_USER)
                        .addParts(Part.newBuilder().setText("x")))
                .build();

        String task = stub.sendMessage(request).getTask().getId();
        assertThat(headers.get().get(receipt)).isEqualTo("receipt-of-" + task);

        Iterator<StreamResponse> stream = stub.sendStreamingMessage(request);
        String streamed = stream.next().getTask().getId();
        assertThat(headers.get().get(receipt)).isEqualTo("receipt-of-" + streamed);
        edge.exchange.clear();
    }

    @Test
    void refusesGrpcCallsThatAreNotAllowedOrNotUnderstood() throws Exception {
        // Security contract, case 40, and the door's own refusals.
        IssuedIdentity strange = edge.identities.agent("gamma", "caller");
        edge.identities.revoke("gamma", "caller");
        try (GrpcJava revoked = new GrpcJava(strange, edge.identities.root(), edge.edge.port())) {
            assertThatThrownBy(() -> A2AServiceGrpc.newBlockingStub(revoked.channel(SPOKEN))
                            .withDeadlineAfter(60, TimeUnit.SECONDS)
                            .getTask(com.google.lf.a2a.v1.GetTaskRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure -> assertThat(failure.getStatus().getCode())
                                    .isIn(Status.Code.UNAUTHENTICATED, Status.Code.UNAVAILABLE));
        }
        HttpClient nobody = edge.identities.client(Optional.empty(), HttpClient.Version.HTTP_2);
        assertThat(grpcStatus(nobody, "/lf.a2a.v1.A2AService/GetTask", new byte[5]))
                .isEqualTo("16");
        assertThat(grpcStatus(client, "/lf.a2a.v1.A2AService/NoSuchThing", new byte[5]))
                .isEqualTo("12");
        assertThat(grpcStatus(client, "/lf.a2a.v1.A2AService/GetTask", new byte[] {0, 0, 0, 0, 2, 8, 8}))
                .isEqualTo("3");
        assertThat(grpcStatus(client, "/lf.a2a.v1.A2AService/GetTask", new byte[] {1, 0, 0, 0, 1, 0}))
                .isIn("12", "13");
        assertThat(grpcStatus(client, "/lf.a2a.v1.A2AService/GetTask", new byte[] {0, 0x7f, 0, 0, 0, 0}))
                .isEqualTo("8");
    }

    private static String grpcStatus(HttpClient by, String path, byte[] frame) throws Exception {
        HttpResponse<byte[]> answer = by.send(
                HttpRequest.newBuilder(edge.uri(path))
                        .header("content-type", "application/grpc")
                        .header("te", "trailers")
                        .header("a2a-version", "1.0")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        return answer.headers().firstValue("grpc-status").orElse("none: " + answer);
    }

    private static FakeExchange.FakeTask task() throws Exception {
        bindings.get("JSONRPC")
                .call(
                        Operation.SEND_MESSAGE,
                        A2aJson.parse(
                                ("{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]},"
                                                + "\"configuration\":{\"returnImmediately\":true}}")
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        SPOKEN);
        return edge.exchange.asked.take();
    }

    /** What a stream says from there on, in short. */
    private static List<String> states(String binding, FakeExchange.FakeTask task, String after) throws Exception {
        ObjectNode request = A2aJson.object().put("id", task.taskId());
        Binding.Outcome outcome = bindings.get(binding)
                .call(Operation.SUBSCRIBE_TO_TASK, request, Map.of("A2A-Version", "1.0", "Last-Event-ID", after));
        assertThat(outcome.trouble()).isEqualTo(Binding.Outcome.NONE);
        return outcome.responses().stream()
                .map(StreamResponse.class::cast)
                .map(StreamsTest::brief)
                .toList();
    }

    private static String brief(StreamResponse response) {
        return switch (response.getPayloadCase()) {
            case TASK -> "task " + response.getTask().getStatus().getState();
            case STATUS_UPDATE ->
                response.getStatusUpdate().getStatus().getState().toString();
            case ARTIFACT_UPDATE -> response.getArtifactUpdate().getArtifact().getArtifactId();
            default -> response.toString();
        };
    }
}
