package org.dmsc.node.a2a;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.lf.a2a.v1.A2A;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.Message;
import com.google.lf.a2a.v1.SendMessageRequest;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.SubscribeToTaskRequest;
import com.google.lf.a2a.v1.TaskState;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.util.JsonFormat;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A gRPC service that streams and knows nothing of the fabric, called by REST and by A2A over gRPC on a real fabric (R1.4). */
@Tag("R1.4")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GrpcServiceIT {

    @TempDir
    static Path dir;

    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private TestFabric fabric;
    private Server service;
    private Credentials alice;
    private HttpClient client;

    /** A call that the service has; the test says what it answers, and when. */
    private record Asked(String id, ServerCallStreamObserver<StreamResponse> reply, CountDownLatch cancelled) {

        void says(String words) {
            reply.onNext(StreamResponse.newBuilder()
                    .setMessage(Message.newBuilder().setMessageId(words))
                    .build());
        }
    }

    /** Its methods stand for anybody's. */
    private final class Words extends A2AServiceGrpc.A2AServiceImplBase {
        @Override
        public void subscribeToTask(SubscribeToTaskRequest request, StreamObserver<StreamResponse> reply) {
            ServerCallStreamObserver<StreamResponse> streamed = (ServerCallStreamObserver<StreamResponse>) reply;
            CountDownLatch cancelled = new CountDownLatch(1);
            streamed.setOnCancelHandler(cancelled::countDown);
            asked.add(new Asked(request.getId(), streamed, cancelled));
        }
    }

    @BeforeAll
    void start() throws Exception {
        HookReceiver.start(dir).close();
        service = Server.builder()
                .https(0)
                .tls(keys())
                .service(GrpcService.builder().addService(new Words()).build())
                .build();
        service.start().join();
        int port = service.activeLocalPort();
        fabric = TestFabric.start(Map.of(
                "fetch.allow-private",
                "localhost:" + port,
                "fetch.authorities",
                dir.resolve("authority.pem").toString()));
        fabric.createTenant("acme");
        alice = fabric.addAgent("acme", "alice");
        client = HttpClient.newBuilder().sslContext(alice.tls()).build();
        fabric.addAgent("acme", "words");
        Answer registered = fabric.operator().post("/v1/agents/words?tenant=acme", registration(port));
        assertThat(registered.status()).as("%s", registered).isEqualTo(201);
    }

    private static KeyManagerFactory keys() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(dir.resolve("hook.p12"))) {
            store.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(store, "changeit".toCharArray());
        return managers;
    }

    private static String registration(int port) {
        String set = Base64.getEncoder()
                .encodeToString(FileDescriptorSet.newBuilder()
                        .addFile(A2A.getDescriptor().toProto())
                        .build()
                        .toByteArray());
        return ("{'card':{'name':'Words','description':'Says words','version':'1','skills':[{'id':'say','name':'Say',"
                        + "'description':'Says words','tags':['say']}]},'dmsc':{'channel':'PLAIN_HTTP','plain':{"
                        + "'url':'https://localhost:" + port
                        + "','grpc':{'method':'lf.a2a.v1.A2AService/SubscribeToTask','descriptors':'" + set
                        + "'},'body':{'id':'{text}'},'answer':'/message/messageId'}}}")
                .replace('\'', '"');
    }

    @AfterAll
    void stop() {
        fabric.close();
        service.stop().join();
    }

    @Test
    void isSeenByARestCallerAsItStreams() throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(asking().body(), StandardCharsets.UTF_8));
        Asked call = asked.take();

        call.says("one");
        String first = until(lines, "one");
        call.says("two");
        String second = until(lines, "two");
        call.reply().onCompleted();
        String closing = until(lines, "lastChunk");
        String last = until(lines, "TASK_STATE_COMPLETED");

        assertThat(call.id()).isEqualTo("go");
        assertThat(first).contains("artifactUpdate").doesNotContain("append");
        assertThat(second).contains("\"append\":true").doesNotContain("lastChunk");
        assertThat(closing).contains("\"append\":true");
        assertThat(last).contains("statusUpdate");
    }

    @Test
    void isSeenByAnA2aCallerOverGrpcAsItStreams() throws Exception {
        SendMessageRequest.Builder message = SendMessageRequest.newBuilder();
        JsonFormat.parser().merge(Participant.ask("words", "go").toString(), message);
        byte[] bytes = message.build().toByteArray();
        byte[] frame = ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
        HttpResponse<InputStream> response = client.send(
                request("/lf.a2a.v1.A2AService/SendStreamingMessage", "application/grpc+proto")
                        .header("te", "trailers")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        DataInputStream frames = new DataInputStream(response.body());
        Asked call = asked.take();

        call.says("one");
        StreamResponse first = artifact(frames);
        call.says("two");
        StreamResponse second = artifact(frames);
        call.reply().onCompleted();
        StreamResponse closing = artifact(frames);
        StreamResponse last = next(frames);

        assertThat(first.getArtifactUpdate().getArtifact().getParts(0).getText())
                .isEqualTo("one");
        assertThat(first.getArtifactUpdate().getAppend()).isFalse();
        assertThat(second.getArtifactUpdate().getArtifact().getParts(0).getText())
                .isEqualTo("two");
        assertThat(second.getArtifactUpdate().getAppend()).isTrue();
        assertThat(closing.getArtifactUpdate().getLastChunk()).isTrue();
        assertThat(last.getStatusUpdate().getStatus().getState()).isEqualTo(TaskState.TASK_STATE_COMPLETED);
    }

    @Test
    void hearsThatItsTaskWasCancelled() throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(asking().body(), StandardCharsets.UTF_8));
        Asked call = asked.take();
        call.says("one");
        String first = until(lines, "one").substring("data:".length());
        String task = Participant.JSON
                .readTree(first)
                .path("artifactUpdate")
                .path("taskId")
                .asText();

        Answer cancelled = fabric.as(alice).post("/tasks/" + task + ":cancel", Participant.JSON.createObjectNode());
        String last = until(lines, "TASK_STATE_CANCELED");

        assertThat(cancelled.status()).as("%s", cancelled).isEqualTo(200);
        assertThat(last).contains("statusUpdate", task);
        assertThat(call.cancelled().await(60, TimeUnit.SECONDS)).isTrue();
    }

    private HttpResponse<InputStream> asking() throws Exception {
        return client.send(
                request("/message:stream", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                Participant.ask("words", "go").toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path, String type) {
        return HttpRequest.newBuilder(URI.create(fabric.httpUrl() + path))
                .header("A2A-Version", "1.0")
                .header("Content-Type", type);
    }

    /** The next event with that word. */
    private static String until(BufferedReader lines, String word) throws Exception {
        String line;
        do {
            line = lines.readLine();
            assertThat(line).as("the stream goes on until %s", word).isNotNull();
        } while (!line.contains(word));
        return line;
    }

    private static StreamResponse artifact(DataInputStream frames) throws Exception {
        StreamResponse response = next(frames);
        while (!response.hasArtifactUpdate()) {
            response = next(frames);
        }
        return response;
    }

    private static StreamResponse next(DataInputStream frames) throws Exception {
        assertThat(frames.readByte()).as("not compressed").isZero();
        return StreamResponse.parseFrom(frames.readNBytes(frames.readInt()));
    }
}
