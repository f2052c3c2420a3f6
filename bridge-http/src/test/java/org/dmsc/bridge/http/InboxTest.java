package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.protobuf.util.JsonFormat;
import dmsc.inbox.v1.Acknowledgement;
import dmsc.inbox.v1.AgentInboxGrpc;
import dmsc.inbox.v1.FromAgent;
import dmsc.inbox.v1.ToAgent;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.agents.RecordingSink;
import org.dmsc.bridge.http.bindings.GrpcJava;
import org.dmsc.bridge.http.inbox.Deliveries;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents that fetch their tasks, over real sockets. */
final class InboxTest {

    private static final String INBOX = "/v1/agents/worker/inbox";

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static HttpClient worker;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        worker = edge.agent("acme", "worker");
        String card =
                "{'card':{'name':'Worker','description':'Works','skills':[{'id':'work','name':'w','tags':['w']}]},"
                        + "'dmsc':{'channel':'HTTP_INBOX'}}";
        EdgeFixture.Answer registered =
                EdgeFixture.send(worker, edge.post("/v1/agents/worker", card.replace('\'', '"')));
        assertThat(registered.status()).as(registered.json().toString()).isEqualTo(201);
        assertThat(registered.json().path("channel").asText()).isEqualTo("HTTP_INBOX");
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @Test
    void fetchesATaskByAStreamAcknowledgesAndAnswersIt() throws Exception {
        try (Events events = Events.open()) {
            assertThat(events.next().name()).isEqualTo("open");
            assertThat(presence()).isEqualTo("present acme/worker");
            RecordingSink sink = deliver("t-1");

            Event delivery = events.next();
            assertThat(delivery.name()).isEqualTo("delivery");
            assertThat(delivery.id()).isEqualTo("t-1.1");
            ObjectNode message = (ObjectNode) delivery.data().get("message");
            assertThat(message.path("taskId").asText()).isEqualTo("t-1");
            assertThat(message.at("/parts/0/text").asText()).isEqualTo("do it");
            assertThat(message.at("/metadata/urn:dmsc:ext:delegation:1/token").asText())
                    .isEqualTo("delegation-token");
            assertThat(post("/t-1.1:ack", "").status()).isEqualTo(204);
            assertThat(sink.delivered.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(post("/t-1.1", status("t-1", "TASK_STATE_WORKING")).status())
                    .isEqualTo(204);
            assertThat(post("/t-1.1", "{\"surprise\":{}}").status()).isEqualTo(400);
            cancel("t-1");
            Event cancel = events.next();
            assertThat(cancel.name()).isEqualTo("cancel");
            assertThat(cancel.data().path("id").asText()).isEqualTo("t-1");
            assertThat(post("/t-1.1", status("t-1", "TASK_STATE_CANCELED")).status())
                    .isEqualTo(204);
            assertThat(post("/t-1.1", status("t-1", "TASK_STATE_CANCELED")).status())
                    .isEqualTo(404);
            assertThat(sink.states)
                    .containsExactly(Optional.of(TaskStateName.WORKING), Optional.of(TaskStateName.CANCELED));
        }
        assertThat(presence()).startsWith("absent acme/worker");
    }

    @Test
    void fetchesATaskByLongPollAndGetsItAgainUntilItIsAcknowledged() throws Exception {
        CompletableFuture<HttpResponse<String>> poll =
                worker.sendAsync(edge.get(INBOX + "?wait=30"), HttpResponse.BodyHandlers.ofString());
        assertThat(presence()).isEqualTo("present acme/worker");
        RecordingSink sink = deliver("t-2");

        ObjectNode first = A2aJson.parse(poll.get(30, TimeUnit.SECONDS).body().getBytes(StandardCharsets.UTF_8));
        ObjectNode again =
                EdgeFixture.send(worker, edge.get(INBOX + "?wait=30")).json();
        assertThat(again).isEqualTo(first);
        assertThat(first.at("/items/0/kind").asText()).isEqualTo("delivery");
        assertThat(first.at("/items/0/delivery").asText()).isEqualTo("t-2.1");
        assertThat(post("/t-2.1:ack", "").status()).isEqualTo(204);
        ObjectNode nothing =
                EdgeFixture.send(worker, edge.get(INBOX + "?wait=0")).json();
        assertThat(nothing.path("items")).isEmpty();
        String direct = "{\"message\":{\"messageId\":\"x\",\"role\":\"ROLE_AGENT\",\"parts\":[{\"text\":\"42\"}]}}";
        assertThat(post("/t-2.1", direct).status()).isEqualTo(204);
        assertThat(sink.states).containsExactly(Optional.of(TaskStateName.COMPLETED));
        assertThat(EdgeFixture.send(worker, edge.get(INBOX + "?wait=61")).status())
                .isEqualTo(400);
        try (RawConnection cut = RawConnection.http1(
                edge.identities.ssl(Optional.of(edge.identities.agent("acme", "worker"))), edge.edge.port())) {
            cut.send("GET " + INBOX + "?wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            deliver("t-3");
            assertThat(cut.until("t-3.1")).startsWith("HTTP/1.1 200 ");
            post("/t-3.1", direct);
            cut.send("GET " + INBOX + "?wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n");
            deliver("t-4");
            cut.until("t-4.1");
            post("/t-4.1", direct);
            cut.send("GET " + INBOX + "?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        assertThat(presence()).startsWith("absent acme/worker");
    }

    @Test
    void fetchesAndAnswersOverAWebSocket() throws Exception {
        BlockingQueue<ObjectNode> heard = new LinkedBlockingQueue<>();
        WebSocket socket = worker.newWebSocketBuilder()
                .buildAsync(URI.create(edge.uri(INBOX).toString().replace("https:", "wss:")), new Frames(heard))
                .get(30, TimeUnit.SECONDS);
        assertThat(next(heard).path("event").asText()).isEqualTo("open");
        assertThat(presence()).isEqualTo("present acme/worker");
        RecordingSink sink = deliver("t-5");

        ObjectNode delivery = next(heard);
        assertThat(delivery.path("event").asText()).isEqualTo("delivery");
        assertThat(delivery.path("delivery").asText()).isEqualTo("t-5.1");
        assertThat(delivery.at("/data/message/taskId").asText()).isEqualTo("t-5");
        socket.sendText("{\"delivery\":\"t-5.1\",\"ack\":true}", true).join();
        assertThat(next(heard).path("event").asText()).isEqualTo("stored");
        socket.sendText("{\"delivery\":\"t-5.1\"}", true).join();
        assertThat(next(heard).path("event").asText()).isEqualTo("refused");
        socket.sendText("nonsense", true).join();
        assertThat(next(heard).at("/data/error/status").asText()).isEqualTo("INVALID_ARGUMENT");
        String answer = "{\"delivery\":\"t-5.1\",\"response\":" + status("t-5", "TASK_STATE_COMPLETED") + "}";
        // In two pieces.
        socket.sendText(answer.substring(0, 20), false).join();
        socket.sendText(answer.substring(20), true).join();
        assertThat(next(heard).path("event").asText()).isEqualTo("stored");
        assertThat(sink.states).containsExactly(Optional.of(TaskStateName.COMPLETED));
        socket.abort();
        assertThat(presence()).startsWith("absent acme/worker");
        assertThat(edge.agent("acme", "other")
                        .newWebSocketBuilder()
                        .buildAsync(
                                URI.create(edge.uri(INBOX).toString().replace("https:", "wss:")), new Frames(heard)))
                .failsWithin(Duration.ofSeconds(30));
    }

    @Test
    void fetchesAndAnswersOverOneGrpcCall() throws Exception {
        BlockingQueue<ToAgent> heard = new LinkedBlockingQueue<>();
        try (GrpcJava grpc =
                new GrpcJava(edge.identities.agent("acme", "worker"), edge.identities.root(), edge.edge.port())) {
            StreamObserver<FromAgent> say =
                    AgentInboxGrpc.newStub(grpc.channel(Map.of())).open(new Hearing(heard));
            assertThat(said(heard).getOpen().getAgent()).isEqualTo("acme/worker");
            assertThat(presence()).isEqualTo("present acme/worker");
            RecordingSink sink = deliver("t-6");

            ToAgent delivery = said(heard);
            assertThat(delivery.getDelivery()).isEqualTo("t-6.1");
            assertThat(delivery.getRequest().getMessage().getParts(0).getText()).isEqualTo("do it");
            FromAgent.Builder word = FromAgent.newBuilder().setDelivery("t-6.1");
            say.onNext(word.setAck(Acknowledgement.getDefaultInstance()).build());
            assertThat(said(heard).hasStored()).isTrue();
            say.onNext(word.clearSaid().build());
            assertThat(said(heard).getRefused().getMessage()).contains("ack");
            cancel("t-6");
            assertThat(said(heard).getCancel().getId()).isEqualTo("t-6");
            StreamResponse.Builder answer = StreamResponse.newBuilder();
            JsonFormat.parser().merge(status("t-6", "TASK_STATE_CANCELED"), answer);
            say.onNext(word.setResponse(answer).build());
            assertThat(said(heard).hasStored()).isTrue();
            say.onNext(word.build());
            assertThat(said(heard).getRefused().getReason()).isEqualTo("TASK_NOT_FOUND");
            assertThat(sink.states).containsExactly(Optional.of(TaskStateName.CANCELED));
            say.onCompleted();
            assertThat(presence()).startsWith("absent acme/worker");
            AgentInboxGrpc.newStub(grpc.channel(Map.of())).open(new Hearing(heard));
            assertThat(said(heard).hasOpen()).isTrue();
            assertThat(presence()).startsWith("present acme/worker");
        }
        assertThat(presence()).startsWith("absent acme/worker");
        try (GrpcJava other =
                new GrpcJava(edge.identities.agent("acme", "other"), edge.identities.root(), edge.edge.port())) {
            CompletableFuture<Throwable> refused = new CompletableFuture<>();
            AgentInboxGrpc.newStub(other.channel(Map.of())).open(new Hearing(new LinkedBlockingQueue<>(), refused));
            assertThat(refused.get(30, TimeUnit.SECONDS)).hasMessageContaining("NOT_FOUND");
        }
    }

    /** Without what only shows that the call lives. */
    private static ToAgent said(BlockingQueue<ToAgent> heard) throws InterruptedException {
        ToAgent message = heard.poll(30, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        return message.hasAlive() ? said(heard) : message;
    }

    private record Hearing(BlockingQueue<ToAgent> heard, CompletableFuture<Throwable> failed)
            implements StreamObserver<ToAgent> {

        Hearing(BlockingQueue<ToAgent> heard) {
            this(heard, new CompletableFuture<>());
        }

        @Override
        public void onNext(ToAgent message) {
            heard.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            failed.complete(failure);
        }

        @Override
        public void onCompleted() {}
    }

    private static ObjectNode next(BlockingQueue<ObjectNode> heard) throws InterruptedException {
        ObjectNode message = heard.poll(30, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        return message;
    }

    private record Frames(BlockingQueue<ObjectNode> heard, StringBuilder text) implements WebSocket.Listener {

        Frames(BlockingQueue<ObjectNode> heard) {
            this(heard, new StringBuilder());
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(A2aJson.parse(text.toString().getBytes(StandardCharsets.UTF_8)));
                text.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }
    }

    @Test
    void opensAnInboxToItsOwnAgentOnly() throws Exception {
        assertThat(EdgeFixture.send(edge.agent("acme", "other"), edge.get(INBOX))
                        .status())
                .isEqualTo(403);
        assertThat(EdgeFixture.send(edge.agent("beta", "worker"), edge.get(INBOX + "?wait=0"))
                        .status())
                .isEqualTo(404);
        assertThat(EdgeFixture.send(edge.operator(), edge.get(INBOX + "?tenant=acme&wait=0"))
                        .status())
                .isEqualTo(403);
        assertThat(post("/nothing.1:ack", "").status()).isEqualTo(404);
    }

    private static RecordingSink deliver(String taskId) {
        RecordingSink sink = new RecordingSink();
        edge.edge.inboxes().deliver(Deliveries.order(taskId, edge.identities.clock.millis()), sink);
        return sink;
    }

    private static void cancel(String taskId) {
        edge.edge.inboxes().cancel(Deliveries.delivery(taskId, DeliveryKind.CANCEL, edge.identities.clock.millis()));
    }

    private static EdgeFixture.Answer post(String path, String body) throws Exception {
        return EdgeFixture.send(worker, edge.post(INBOX + path, body));
    }

    private static String presence() throws InterruptedException {
        return String.valueOf(edge.registry.presences.poll(30, TimeUnit.SECONDS));
    }

    private static String status(String taskId, String state) {
        return "{\"statusUpdate\":{\"taskId\":\"" + taskId + "\",\"contextId\":\"context-1\",\"status\":{\"state\":\""
                + state + "\"}}}";
    }

    private record Event(String name, String id, ObjectNode data) {}

    /** A stream as its reader sees it. */
    private record Events(InputStream body, BufferedReader lines) implements AutoCloseable {

        static Events open() throws Exception {
            HttpResponse<InputStream> response = worker.send(
                    edge.request(INBOX)
                            .header("Accept", "text/event-stream")
                            .GET()
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            return new Events(
                    response.body(),
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
        }

        Event next() throws IOException {
            String name = "";
            String id = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    return new Event(name, id, A2aJson.parse(line.substring(6).getBytes(StandardCharsets.UTF_8)));
                }
            }
            throw new IOException("the stream ended");
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
