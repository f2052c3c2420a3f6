package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.bridge.core.InboxRelay;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.http.cards.CardVerifier;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.dpop.ProofOfPossession;
import org.dmsc.tenant.dpop.PublicNames;
import org.dmsc.tenant.embed.Nearness;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.quota.QuotaDefaults;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.quota.QuotaListener;
import org.dmsc.tenant.quota.UsageBoard;

/** A real edge on a real port, over fakes of what lies behind it. Tenants acme, beta and gamma. */
final class EdgeFixture implements AutoCloseable {

    static final int MOST_BODY = 64 * 1024;

    final Identities identities;
    final FakeRegistry registry = new FakeRegistry();
    final FakeExchange exchange = new FakeExchange();
    final FakePush push = new FakePush();
    final FakeAudit audit = new FakeAudit();
    final FakeQuarantine quarantine = new FakeQuarantine();
    final SchemasFixture schemas = new SchemasFixture();
    final AtomicBoolean ready = new AtomicBoolean(true);
    /** Set before a request needs it. */
    final AtomicReference<Fetcher> fetcher = new AtomicReference<>(
            order -> CompletableFuture.failedStage(new RefusedException(Refusal.FETCH_FAILED, "nothing there")));

    /** To other gateways; set before an edge is made of {@link #parts}. */
    final AtomicReference<InboxRelay> relay = new AtomicReference<>(InboxRelay.NONE);

    /** By which proofs of possession are fresh. */
    final LateClock proofClock = new LateClock();

    /** What the edge shows; may be exchanged while it runs. */
    final AtomicReference<IssuedIdentity> gateway = new AtomicReference<>();

    final HttpEdge edge;
    final FakePolicies policies = new FakePolicies();
    final EnrolmentFixture enrolment;
    final QuotaGate quotas = new QuotaGate(
            policies,
            QuotaDefaults.USUAL,
            new UsageBoard("g1", System::nanoTime),
            QuotaListener.NONE,
            System::nanoTime);
    private final Duration patience;
    private final ErrorProfile profile;
    private final Manners manners;

    EdgeFixture(Path dir) {
        this(dir, Duration.ofSeconds(60));
    }

    EdgeFixture(Path dir, Duration bodyPatience) {
        this(dir, bodyPatience, ErrorProfile.V1_0_1);
    }

    EdgeFixture(Path dir, Duration bodyPatience, ErrorProfile errors) {
        this(dir, bodyPatience, errors, Manners.USUAL);
    }

    EdgeFixture(Path dir, Duration bodyPatience, ErrorProfile errors, Manners how) {
        patience = bodyPatience;
        profile = errors;
        manners = how;
        identities = new Identities(dir);
        identities.addTenant("acme");
        identities.addTenant("beta");
        identities.addTenant("gamma");
        enrolment = new EnrolmentFixture(identities, audit);
        CapabilityIndex index = new CapabilityIndex();
        registry.onChange(index::update);
        edge = new HttpEdge(parts(index, settings(0)));
        edge.start();
    }

    final FakeDeadLetters dead = new FakeDeadLetters();

    HttpEdgeParts parts(CapabilityIndex index, EdgeSettings settings) {
        gateway.compareAndSet(null, identities.gateway());
        CallerAuthenticator authenticator = new CallerAuthenticator(
                identities.domain,
                identities.tenants,
                identities.peers,
                identities.verifier(),
                identities.revocations,
                new ProofOfPossession(
                        new PublicNames(
                                identities.domain,
                                () -> NodeNames.of(gateway.get().leaf()),
                                List.of()),
                        new SecureRandom(),
                        proofClock));
        return new HttpEdgeParts(
                settings,
                gateway::get,
                identities.peers,
                authenticator,
                identities.connections,
                quotas,
                exchange,
                push,
                registry,
                identities.tenants,
                policies,
                registry,
                index,
                Experiences.NONE,
                Nearness.NONE,
                audit,
                audit,
                dead,
                Optional.empty(),
                Optional.of(enrolment.desk()),
                new NodeStatus(ready::get, () -> "owns lanes 0, 1", () -> "{\"gateway\":\"g1\"}", () -> "up 1\n"),
                Optional.of(identities.tokenDesk(authenticator, registry)),
                new CardGate(
                        new CardVerifier(identities.peers, policies, identities.domain, identities.clock),
                        quarantine,
                        new CardGate.Parts(
                                audit,
                                identities.domain,
                                SpiffeId.node(identities.domain, "gateway", "g1"),
                                identities.clock)),
                order -> fetcher.get().get(order),
                delivery -> "delegation-token",
                relay.get(),
                Optional.of(schemas.desk()),
                SpiffeId.node(identities.domain, "gateway", "g1"),
                identities.clock);
    }

    EdgeSettings settings(int port) {
        return new EdgeSettings(
                identities.domain,
                "127.0.0.1",
                port,
                MOST_BODY,
                patience,
                Duration.ofMillis(200),
                Duration.ofMinutes(1),
                "test",
                profile,
                manners,
                Optional.empty());
    }

    URI uri(String path) {
        return URI.create("https://localhost:" + edge.port() + path);
    }

    HttpClient agent(String tenant, String agent) {
        return identities.client(Optional.of(identities.agent(tenant, agent)), HttpClient.Version.HTTP_2);
    }

    HttpClient operator() {
        return identities.client(Optional.of(identities.operator()), HttpClient.Version.HTTP_1_1);
    }

    HttpClient nobody() {
        return identities.client(Optional.empty(), HttpClient.Version.HTTP_1_1);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(60))
                .header("A2A-Version", "1.0")
                .header("Content-Type", "application/json");
    }

    HttpRequest post(String path, String body) {
        return request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    HttpRequest get(String path) {
        return request(path).GET().build();
    }

    static Answer send(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(response, response.body());
    }

    record Answer(HttpResponse<?> response, byte[] body) {
        int status() {
            return response.statusCode();
        }

        ObjectNode json() {
            return A2aJson.parse(body);
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    @Override
    public void close() {
        edge.close();
    }
}
