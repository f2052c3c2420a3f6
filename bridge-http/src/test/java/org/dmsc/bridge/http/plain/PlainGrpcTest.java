package org.dmsc.bridge.http.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.GetTaskRequest;
import com.google.lf.a2a.v1.Task;
import com.google.lf.a2a.v1.TaskState;
import com.google.lf.a2a.v1.TaskStatus;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.http.agents.RecordingSink;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gRPC service that knows nothing of the fabric, known by its descriptors, over a real socket (R1.4). The method stands for anybody's. */
@Tag("R1.4")
final class PlainGrpcTest {

    @TempDir
    static Path dir;

    static final LinkedBlockingQueue<GetTaskRequest> ASKED = new LinkedBlockingQueue<>();
    static PlainServer server;

    @BeforeAll
    static void start() {
        server = new PlainServer(dir, new Service());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Answers by what it is asked for. */
    private static final class Service extends A2AServiceGrpc.A2AServiceImplBase {
        @Override
        public void getTask(GetTaskRequest request, StreamObserver<Task> reply) {
            ASKED.add(request);
            Status status = switch (request.getId()) {
                case "missing" -> Status.NOT_FOUND.withDescription("no such täsk");
                case "busy" -> Status.UNAVAILABLE;
                case "broken" -> Status.INTERNAL;
                default -> Status.OK;
            };
            if (!status.isOk()) {
                reply.onError(status.asException());
                return;
            }
            reply.onNext(Task.newBuilder()
                    .setId(request.getId())
                    .setStatus(TaskStatus.newBuilder().setState(TaskState.TASK_STATE_WORKING))
                    .setMetadata(Struct.newBuilder()
                            .putFields("n", Value.newBuilder().setNumberValue(7).build()))
                    .build());
            reply.onCompleted();
        }
    }

    @Test
    void isCalledWithWhatTheMessageSaysAndItsResponseIsTheResult() throws Exception {
        RecordingSink sink = call("Köln", "");

        GetTaskRequest asked = ASKED.take();
        assertThat(asked.getId()).isEqualTo("Köln");
        assertThat(asked.getHistoryLength()).isEqualTo(3);
        assertThat(sink.states).containsExactly(Optional.empty(), Optional.of(TaskStateName.COMPLETED));
        assertThat(sink.updates.get(0)).contains("\"metadata\":{\"n\":7").contains("\"contextId\":\"\"");
        assertThat(call("x", ",'answer':'/status/state'").updates.get(0)).contains("\"text\":\"TASK_STATE_WORKING\"");
        assertThat(call("x", ",'state':{'at':'/status/state','is':{'TASK_STATE_WORKING':'INPUT_REQUIRED'}}").states)
                .containsExactly(Optional.of(TaskStateName.INPUT_REQUIRED));
    }

    @Test
    void saysByItsStatusHowItWent() throws Exception {
        RecordingSink missing = call("missing", "");
        RecordingSink busy = call("busy", "");
        RecordingSink broken = call("broken", "");

        assertThat(missing.states).containsExactly(Optional.of(TaskStateName.REJECTED));
        assertThat(missing.updates.get(0)).contains("no such täsk");
        assertThat(busy.refusal).contains(Refusal.UNDELIVERABLE);
        assertThat(busy.certainty).contains(Certainty.CERTAIN);
        assertThat(broken.refusal).contains(Refusal.AGENT_FAILED);
        assertThat(broken.certainty).contains(Certainty.UNCERTAIN);
    }

    @Test
    void refusesRegistrationsThatCannotBeMeant() {
        String set = PlainServer.descriptors();
        for (String bad : List.of(
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/GetTask'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/GetTask','descriptors':'AAAA'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/Nothing','descriptors':'" + set + "'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService','descriptors':'" + set + "'}}",
                "{'url':'https://h/path','grpc':{'method':'lf.a2a.v1.A2AService/GetTask','descriptors':'" + set + "'}}",
                "{'url':'https://h/','method':'POST','grpc':{'method':'lf.a2a.v1.A2AService/GetTask','descriptors':'"
                        + set + "'}}",
                "{'url':'https://h/','body':{'town':'{text}'},'grpc':{'method':'lf.a2a.v1.A2AService/GetTask',"
                        + "'descriptors':'" + set + "'}}",
                "{'url':'https://h/','grpc':{'method':'x.S/M','descriptors':'"
                        + PlainServer.descriptors(FileDescriptorProto.newBuilder()
                                .setName("a.proto")
                                .addDependency("b.proto")
                                .build())
                        + "'}}",
                "{'url':'https://h/','grpc':{'method':'x.S/M','descriptors':'"
                        + PlainServer.descriptors(
                                FileDescriptorProto.newBuilder()
                                        .setName("a.proto")
                                        .addDependency("b.proto")
                                        .build(),
                                FileDescriptorProto.newBuilder()
                                        .setName("b.proto")
                                        .addDependency("a.proto")
                                        .build())
                        + "'}}")) {
            assertThatThrownBy(() -> PlainCall.parse(bad.replace('\'', '"')))
                    .as(bad)
                    .isInstanceOf(RefusedException.class);
        }
        assertThatThrownBy(() -> PlainCall.parse(plain("", "'town'").replace('\'', '"')))
                .hasMessageContaining("no field 'town'")
                .hasMessageContaining("historyLength");
    }

    private static String plain(String more, String field) {
        return "{'url':'https://localhost:" + server.port()
                + "','grpc':{'method':'lf.a2a.v1.A2AService/GetTask',"
                + "'descriptors':'" + PlainServer.descriptors() + "'},'body':{'id':'{text}'," + field
                + ":'{/parts/1/data/days}'}" + more + "}";
    }

    private static RecordingSink call(String text, String more) throws InterruptedException {
        RecordingSink sink = new RecordingSink();
        server.deliver(
                "t",
                plain(more, "'historyLength'"),
                "{'messageId':'m','role':'ROLE_USER','parts':[{'text':'" + text + "'},{'data':{'days':3}}]}",
                sink);
        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        return sink;
    }
}
