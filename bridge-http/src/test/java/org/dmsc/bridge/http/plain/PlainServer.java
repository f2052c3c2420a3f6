package org.dmsc.bridge.http.plain;

import com.google.lf.a2a.v1.A2A;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.BindableService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.dmsc.bridge.core.AttemptSink;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.WebFetcherParts;
import org.dmsc.bridge.http.inbox.Deliveries;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;

/** A gRPC service that knows nothing of the fabric, over TLS on a real socket, and the link that calls it. Its methods stand for anybody's. */
final class PlainServer implements AutoCloseable {

    /** The largest message. */
    static final int MOST = 4096;

    final PlainAgentLink link;
    private final Server server;
    private final WebFetcher fetcher;

    PlainServer(Path dir, BindableService service) {
        Identities identities = new Identities(dir);
        identities.addTenant("acme");
        IssuedIdentity gateway = identities.gateway();
        server = Server.builder()
                .port(new InetSocketAddress("127.0.0.1", 0), SessionProtocol.HTTPS)
                .tls(gateway.key(), gateway.chain())
                .service(GrpcService.builder()
                        .addService(service)
                        // So that it is the fabric that ends a call whose time is over.
                        .useClientTimeoutHeader(false)
                        .build())
                .build();
        server.start().join();
        FetchPolicy policy =
                new FetchPolicy(Set.of(443), List.of(), Set.of("localhost:" + port()), Duration.ofSeconds(10), MOST);
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

    int port() {
        return server.activeLocalPort();
    }

    /** Hands a task to the agent that registered with that {@code plain}, in single quotes. */
    void deliver(String taskId, String plain, String message, AttemptSink sink) {
        AgentSnapshot worker = Deliveries.worker(Reach.PLAIN_HTTP);
        AgentSnapshot agent = AgentSnapshot.newBuilder(worker)
                .setRegistration(AgentRegistration.newBuilder(worker.getRegistration())
                        .setPlainCall(plain.replace('\'', '"'))
                        .build())
                .build();
        link.deliver(
                new DeliveryOrder(
                        Deliveries.delivery(taskId, DeliveryKind.TASK, System.currentTimeMillis()),
                        agent,
                        message.replace('\'', '"').getBytes(StandardCharsets.UTF_8)),
                sink);
    }

    /** Of the service whose methods stand for anybody's. */
    static String descriptors() {
        return descriptors(A2A.getDescriptor().toProto());
    }

    static String descriptors(FileDescriptorProto... files) {
        return Base64.getEncoder()
                .encodeToString(FileDescriptorSet.newBuilder()
                        .addAllFile(List.of(files))
                        .build()
                        .toByteArray());
    }

    @Override
    public void close() {
        fetcher.close();
        server.stop().join();
    }
}
