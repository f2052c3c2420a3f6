package org.dmsc.bridge.http.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.lf.a2a.v1.A2A;
import com.google.lf.a2a.v1.A2AServiceGrpc;
import com.google.lf.a2a.v1.GetTaskRequest;
import com.google.lf.a2a.v1.Task;
import com.google.lf.a2a.v1.TaskState;
import com.google.lf.a2a.v1.TaskStatus;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.bridge.http.agents.RecordingSink;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.WebFetcherParts;
import org.dmsc.bridge.http.inbox.Deliveries;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
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
    static Server server;
    static WebFetcher fetcher;
    static PlainAgentLink link;

    @BeforeAll
    static void start() {
        Identities identities = new Identities(dir);
        identities.addTenant("acme");
        IssuedIdentity gateway = identities.gateway();
        server = Server.builder()
                .port(new InetSocketAddress("127.0.0.1", 0), SessionProtocol.HTTPS)
                .tls(gateway.key(), gateway.chain())
                .service(GrpcService.builder().addService(new Service()).build())
                .build();
        server.start().join();
        FetchPolicy policy = new FetchPolicy(
                Set.of(443), List.of(), Set.of("localhost:" + server.activeLocalPort()), Duration.ofSeconds(10), 4096);
        fetcher = new WebFetcher(
                new WebFetcherParts(
                        new FetchRules(policy, (tenant, host) -> true),
                        host -> List.of(InetAddress.getByName("127.0.0.1")),
                        List.of(identities.root()),
                        () -> gateway,
                        identities.peers,
                        new FakeAudit(),
                        SpiffeId.node(identities.domain, "gateway", "g1"),
                        identities.clock),
                WebFetcher.Volume.WORK);
        link = new PlainAgentLink(fetcher, identities.clock);
    }

    @AfterAll
    static void stop() {
        fetcher.close();
        var unused = server.stop();
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
        String set = descriptors(A2A.getDescriptor().toProto());
        for (String bad : List.of(
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/GetTask'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/GetTask','descriptors':'AAAA'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/Nothing','descriptors':'" + set + "'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService','descriptors':'" + set + "'}}",
                "{'url':'https://h/','grpc':{'method':'lf.a2a.v1.A2AService/SubscribeToTask','descriptors':'" + set
                        + "'}}",
                "{'url':'https://h/path','grpc':{'method':'lf.a2a.v1.A2AService/GetTask','descriptors':'" + set + "'}}",
                "{'url':'https://h/','method':'POST','grpc':{'method':'lf.a2a.v1.A2AService/GetTask','descriptors':'"
                        + set + "'}}",
                "{'url':'https://h/','body':{'town':'{text}'},'grpc':{'method':'lf.a2a.v1.A2AService/GetTask',"
                        + "'descriptors':'" + set + "'}}",
                "{'url':'https://h/','grpc':{'method':'x.S/M','descriptors':'"
                        + descriptors(FileDescriptorProto.newBuilder()
                                .setName("a.proto")
                                .addDependency("b.proto")
                                .build())
                        + "'}}",
                "{'url':'https://h/','grpc':{'method':'x.S/M','descriptors':'"
                        + descriptors(
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

    private static String descriptors(FileDescriptorProto... files) {
        return Base64.getEncoder()
                .encodeToString(FileDescriptorSet.newBuilder()
                        .addAllFile(List.of(files))
                        .build()
                        .toByteArray());
    }

    private static String plain(String more, String field) {
        return "{'url':'https://localhost:" + server.activeLocalPort()
                + "','grpc':{'method':'lf.a2a.v1.A2AService/GetTask',"
                + "'descriptors':'" + descriptors(A2A.getDescriptor().toProto()) + "'},'body':{'id':'{text}'," + field
                + ":'{/parts/1/data/days}'}" + more + "}";
    }

    private static RecordingSink call(String text, String more) throws InterruptedException {
        AgentSnapshot worker = Deliveries.worker(Reach.PLAIN_HTTP);
        AgentSnapshot agent = AgentSnapshot.newBuilder(worker)
                .setRegistration(AgentRegistration.newBuilder(worker.getRegistration())
                        .setPlainCall(plain(more, "'historyLength'").replace('\'', '"'))
                        .build())
                .build();
        String message = "{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"" + text
                + "\"},{\"data\":{\"days\":3}}]}";
        RecordingSink sink = new RecordingSink();
        link.deliver(
                new DeliveryOrder(
                        Deliveries.delivery("t", DeliveryKind.TASK, System.currentTimeMillis()),
                        agent,
                        message.getBytes(StandardCharsets.UTF_8)),
                sink);
        assertThat(sink.settled.await(30, TimeUnit.SECONDS)).isTrue();
        return sink;
    }
}
