package org.dmsc.bridge.http.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.GetTaskRequest;
import com.google.lf.a2a.v1.Message;
import com.google.lf.a2a.v1.StreamResponse;
import com.google.lf.a2a.v1.SubscribeToTaskRequest;
import com.google.lf.a2a.v1.Task;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.agents.RecordingSink;
import org.dmsc.bridge.http.inbox.Deliveries;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Methods that stream, of a service that knows nothing of the fabric, over a real socket: the test says when the service says what. */
@Tag("R1.4")
final class PlainGrpcStreamTest {

    private static final Optional<TaskStateName> ARTIFACT = Optional.empty();
    private static final Optional<TaskStateName> COMPLETED = Optional.of(TaskStateName.COMPLETED);

    @TempDir
    static Path dir;

    static final BlockingQueue<Asked> ASKED = new LinkedBlockingQueue<>();
    static PlainServer server;

    @BeforeAll
    static void start() {
        server = new PlainServer(dir, new Service());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A call that the service has. */
    private record Asked(
            String id, String timeout, ServerCallStreamObserver<StreamResponse> reply, CountDownLatch cancelled) {

        void says(String words) {
            reply.onNext(StreamResponse.newBuilder()
                    .setMessage(Message.newBuilder().setMessageId(words))
                    .build());
        }

        void saysNothingOfInterest() {
            reply.onNext(StreamResponse.newBuilder().setTask(Task.newBuilder()).build());
        }
    }

    private static final class Service extends A2AServiceGrpc.A2AServiceImplBase {

        @Override
        public void subscribeToTask(SubscribeToTaskRequest request, StreamObserver<StreamResponse> reply) {
            ServerCallStreamObserver<StreamResponse> streamed = (ServerCallStreamObserver<StreamResponse>) reply;
            CountDownLatch cancelled = new CountDownLatch(1);
            streamed.setOnCancelHandler(cancelled::countDown);
            String timeout = ServiceRequestContext.current().request().headers().get("grpc-timeout", "");
            ASKED.add(new Asked(request.getId(), timeout, streamed, cancelled));
        }

        @Override
        public void getTask(GetTaskRequest request, StreamObserver<Task> reply) {
            reply.onNext(Task.newBuilder().setId(request.getId()).build());
            reply.onCompleted();
        }
    }

    /** Takes the first update, and says that it is in Kafka when the test says so. */
    private static final class SlowLog implements AttemptSink {
        final RecordingSink recorded = new RecordingSink();
        final CompletableFuture<Void> written = new CompletableFuture<>();

        @Override
        public CompletionStage<Void> update(Optional<TaskStateName> state, byte[] streamResponse) {
            var unused = recorded.update(state, streamResponse);
            return written;
        }

        @Override
        public void delivered() {
            recorded.delivered();
        }

        @Override
        public CompletionStage<Void> failed(Refusal refusal, String reason, Certainty certainty) {
            return recorded.failed(refusal, reason, certainty);
        }
    }

    @Test
    void passesEachMessageOnBeforeTheNextIsThere() throws Exception {
        RecordingSink sink = call("t-1", "{'id':'{text}'}", "");
        Asked asked = ASKED.take();

        asked.says("one");
        sink.await(update -> update.contains("one"));
        asked.says("two");
        sink.await(update -> update.contains("two"));
        asked.reply().onCompleted();

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(asked.id()).isEqualTo("go");
        assertThat(sink.states).containsExactly(ARTIFACT, ARTIFACT, ARTIFACT, COMPLETED);
        assertThat(update(sink, 0)).isEqualTo(artifact("one", ""));
        assertThat(update(sink, 1)).isEqualTo(artifact("two", ",'append':true"));
        assertThat(update(sink, 2))
                .as("A2A has no other place for the end of an artifact")
                .isEqualTo(artifact("", ",'append':true,'lastChunk':true"));
    }

    @Test
    void failsTheTaskWithTheStatusThatCameAfterMessages() throws Exception {
        RecordingSink sink = call("t-2", "{'id':'x'}", "");
        Asked asked = ASKED.take();

        asked.says("one");
        asked.reply().onError(Status.UNAVAILABLE.withDescription("out of ink").asException());

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.states).as(sink.reason).containsExactly(ARTIFACT, Optional.of(TaskStateName.FAILED));
        assertThat(sink.updates.get(1))
                .contains("gRPC status UNAVAILABLE: out of ink", "\"grpcStatus\":\"UNAVAILABLE\"");
        assertThat(sink.updates.toString()).doesNotContain("lastChunk");
        assertThat(sink.refusal).as("nothing is done again").isEmpty();
    }

    @Test
    void meansByAStatusBeforeAnyMessageWhatMethodsThatDoNotStreamMean() throws Exception {
        RecordingSink busy = call("t-3", "{'id':'x'}", "");
        ASKED.take().reply().onError(Status.UNAVAILABLE.asException());
        RecordingSink bad = call("t-4", "{'id':'x'}", "");
        ASKED.take()
                .reply()
                .onError(Status.NOT_FOUND.withDescription("no such täsk").asException());

        assertThat(busy.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(bad.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(busy.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(busy.certainty).contains(Certainty.CERTAIN);
        assertThat(bad.states).containsExactly(Optional.of(TaskStateName.REJECTED));
        assertThat(bad.updates.get(0)).contains("no such täsk");
    }

    @Test
    void passesOverWhatHoldsNoResultAndLetsTheLastMessageSayHowItWent() throws Exception {
        RecordingSink sink = call(
                "t-5",
                "{'id':'x'}",
                ",'state':{'at':'/message/messageId','is':{'which?':'INPUT_REQUIRED','done':'COMPLETED'}}");
        Asked asked = ASKED.take();

        asked.saysNothingOfInterest();
        asked.says("which?");
        asked.reply().onCompleted();

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.states)
                .as(sink.reason)
                .containsExactly(ARTIFACT, ARTIFACT, Optional.of(TaskStateName.INPUT_REQUIRED));
        assertThat(sink.updates.get(2)).contains("\"text\":\"which?\"");
    }

    @Test
    void completesWithoutAResultWhenNothingWasSaid() throws Exception {
        RecordingSink sink = call("t-6", "{'id':'x'}", "");

        ASKED.take().reply().onCompleted();

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.states).containsExactly(COMPLETED);
    }

    @Test
    void cancelsTheCallWhenItsTaskIsCancelled() throws Exception {
        RecordingSink sink = call("t-7", "{'id':'x'}", "");
        Asked asked = ASKED.take();
        asked.says("one");
        sink.await(update -> update.contains("one"));

        server.link.cancel(Deliveries.delivery("t-other", DeliveryKind.CANCEL, 0));
        server.link.cancel(Deliveries.delivery("t-7", DeliveryKind.CANCEL, 0));

        assertThat(asked.cancelled().await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.states).containsExactly(ARTIFACT);
    }

    @Test
    void carriesItsDeadlineAndEndsWithIt() throws Exception {
        RecordingSink patient = call("t-8", "{'id':'x'}", "");
        Asked first = ASKED.take();
        RecordingSink sink = call("t-9", "{'id':'x'}", ",'timeoutMs':500");
        Asked asked = ASKED.take();

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(first.timeout()).as("a stream has the longest time").isEqualTo("300000m");
        assertThat(asked.timeout()).isEqualTo("500m");
        assertThat(asked.cancelled().await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.refusal).contains(Refusal.AGENT_LOST);
        assertThat(sink.certainty).contains(Certainty.UNCERTAIN);
        first.reply().onCompleted();
        assertThat(patient.settled.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refusesAMessageThatIsTooLargeAndCancels() throws Exception {
        RecordingSink sink = call("t-10", "{'id':'x'}", "");
        Asked asked = ASKED.take();

        asked.says("x".repeat(PlainServer.MOST));

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.refusal).contains(Refusal.INVALID_AGENT_RESPONSE);
        assertThat(sink.reason).contains("4096");
        assertThat(asked.cancelled().await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refusesAStreamThatIsTooLargeAndCancels() throws Exception {
        RecordingSink sink = call("t-11", "{'id':'x'}", "");
        Asked asked = ASKED.take();

        for (int i = 0; i < 40; i++) {
            asked.says("x".repeat(3500));
        }

        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sink.refusal).contains(Refusal.INVALID_AGENT_RESPONSE);
        assertThat(sink.reason).contains("bytes in all");
        assertThat(asked.cancelled().await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void refusesMoreMessagesThanATaskKeeps() {
        StreamedAnswer answer =
                new StreamedAnswer(PlainCall.parse(plain("{'id':'x'}", "").replace('\'', '"')), "t");
        byte[] json = A2aJson.bytes(A2aJson.object());
        for (int i = 0; i < StreamedAnswer.MOST_MESSAGES; i++) {
            answer.message(json);
        }

        assertThatThrownBy(() -> answer.message(json))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.INVALID_AGENT_RESPONSE))
                .hasMessageContaining("10000 messages");
    }

    /** What comes on one connection comes in order: when the later call is answered, the message before it is there, too. */
    @Test
    void readsNoFasterThanTheLogTakesIt() throws Exception {
        SlowLog slow = new SlowLog();
        server.deliver("t-12", plain("{'id':'x'}", ""), "{'messageId':'m','role':'ROLE_USER','parts':[]}", slow);
        Asked asked = ASKED.take();
        asked.says("one");
        slow.recorded.await(update -> update.contains("one"));

        asked.says("two");
        RecordingSink other = new RecordingSink();
        server.deliver(
                "t-13",
                "{'url':'https://localhost:" + server.port() + "','grpc':{'method':'lf.a2a.v1.A2AService/GetTask',"
                        + "'descriptors':'" + PlainServer.descriptors() + "'},'body':{'id':'other'}}",
                "{'messageId':'m','role':'ROLE_USER','parts':[]}",
                other);
        assertThat(other.settled.await(30, TimeUnit.SECONDS)).isTrue();
        List<String> whileTheLogWasSlow = List.copyOf(slow.recorded.updates);
        slow.written.complete(null);
        slow.recorded.await(update -> update.contains("two"));
        asked.reply().onCompleted();

        assertThat(whileTheLogWasSlow).hasSize(1);
        assertThat(slow.recorded.settled.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(slow.recorded.states).containsExactly(ARTIFACT, ARTIFACT, ARTIFACT, COMPLETED);
    }

    @Test
    void refusesMethodsThatTakeAStream() {
        for (boolean serverStreams : new boolean[] {false, true}) {
            String set = PlainServer.descriptors(FileDescriptorProto.newBuilder()
                    .setName("a.proto")
                    .setPackage("x")
                    .addMessageType(DescriptorProto.newBuilder().setName("M"))
                    .addService(ServiceDescriptorProto.newBuilder()
                            .setName("S")
                            .addMethod(MethodDescriptorProto.newBuilder()
                                    .setName("Talk")
                                    .setInputType(".x.M")
                                    .setOutputType(".x.M")
                                    .setClientStreaming(true)
                                    .setServerStreaming(serverStreams)))
                    .build());
            String plain = "{'url':'https://h/','grpc':{'method':'x.S/Talk','descriptors':'" + set + "'}}";

            assertThatThrownBy(() -> PlainCall.parse(plain.replace('\'', '"')))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.INVALID_REQUEST))
                    .hasMessageContaining("dmsc.plain.grpc.method: takes a stream of requests")
                    .hasMessageContaining("HTTP_INBOX");
        }
    }

    private static RecordingSink call(String taskId, String body, String more) {
        RecordingSink sink = new RecordingSink();
        String message = "{'messageId':'m','role':'ROLE_USER','parts':[{'text':'go'}]}";
        server.deliver(taskId, plain(body, more), message, sink);
        return sink;
    }

    private static String plain(String body, String more) {
        return "{'url':'https://localhost:" + server.port()
                + "','grpc':{'method':'lf.a2a.v1.A2AService/SubscribeToTask','descriptors':'"
                + PlainServer.descriptors() + "'},'body':" + body + ",'answer':'/message/messageId'" + more + "}";
    }

    private static Object update(RecordingSink sink, int index) {
        return A2aJson.parse(sink.updates.get(index).getBytes(StandardCharsets.UTF_8));
    }

    private static Object artifact(String text, String more) {
        String json =
                "{'artifactUpdate':{'taskId':'t-1','contextId':'context-1','artifact':{'artifactId':'result','parts':[{'text':'"
                        + text + "'}]}" + more + "}}";
        return A2aJson.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
