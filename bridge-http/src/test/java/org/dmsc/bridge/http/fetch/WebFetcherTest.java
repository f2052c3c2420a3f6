package org.dmsc.bridge.http.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.bridge.http.FakeAudit;
import org.dmsc.bridge.http.Identities;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.FetchOrder.Trust;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.fetch.Fetched.Outcome;
import org.dmsc.tenant.fetch.Freshness;
import org.dmsc.tenant.fetch.HostPolicy;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching over real TLS from servers that want to be fetched from too much: cases 78, 80 and 81 of security.md. */
final class WebFetcherTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");

    @TempDir
    static Path dir;

    static Identities identities;
    static WebServer server;
    static IssuedIdentity gateway;

    private final FakeAudit audit = new FakeAudit();
    private final AtomicInteger lookups = new AtomicInteger();
    private Resolver resolver = host -> List.of(InetAddress.getByName("127.0.0.1"));
    private WebFetcher fetcher = fetcher(Duration.ofSeconds(10), 4096);

    @BeforeAll
    static void start() throws IOException {
        identities = new Identities(dir);
        identities.addTenant("acme");
        gateway = identities.gateway();
        server = new WebServer(identities.ssl(Optional.of(gateway)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void closeFetcher() {
        fetcher.close();
        server.script = exchange -> WebServer.json(exchange, "{}");
    }

    @Test
    void fetchesFromAnAllowedPrivateHostAndAuditsThat() {
        server.script = exchange -> WebServer.json(exchange, "{\"a\":1}");

        Fetched fetched = get(ACME, here("/x?y=z"));

        assertThat(new String(fetched.body(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(audit.events).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(AuditKind.PRIVATE_FETCH);
            assertThat(event.getTenant()).isEqualTo("acme");
            assertThat(event.getDetails()).containsEntry("range", "127.0.0.0/8");
        });
    }

    @Test
    void asksOnConditionAndTakesForAnAnswerWhatItAskedFor() {
        Freshness known = Freshness.of("\"v1\"", "Sun, 06 Nov 1994 08:49:37 GMT", "");
        AtomicReference<Map<String, List<String>>> asked = new AtomicReference<>(Map.of());
        server.script = exchange -> {
            asked.set(Map.copyOf(exchange.getRequestHeaders()));
            exchange.getResponseHeaders().add("ETag", "\"v2\"");
            exchange.getResponseHeaders().add("Cache-Control", "max-age=5");
            exchange.sendResponseHeaders(
                    Integer.parseInt(exchange.getRequestURI().getQuery()), -1);
        };

        assertThat(conditional("/?304", known).outcome()).isEqualTo(Outcome.UNCHANGED);
        assertThat(asked.get().get("If-none-match")).containsExactly("\"v1\"");
        assertThat(asked.get().get("If-modified-since")).containsExactly("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(conditional("/?410", Freshness.UNKNOWN).outcome()).isEqualTo(Outcome.GONE);
        assertThat(asked.get()).doesNotContainKeys("If-none-match", "If-modified-since");
        assertThat(conditional("/?404", known).outcome()).isEqualTo(Outcome.GONE);
        Fetched found = conditional("/?200", known);
        assertThat(found.outcome()).isEqualTo(Outcome.FOUND);
        assertThat(found.freshness()).isEqualTo(Freshness.of("\"v2\"", "", "max-age=5"));
        assertThatThrownBy(() -> conditional("/?304", Freshness.UNKNOWN))
                .as("nobody asked on condition")
                .hasCauseInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> conditional("/?301", known)).hasCauseInstanceOf(RefusedException.class);
        refused(Refusal.FETCH_FAILED, ACME, here("/?404"));
    }

    private Fetched conditional(String path, Freshness known) {
        return fetcher.get(new FetchOrder(ACME, Destination.of(here(path)), Trust.WEB, Optional.of(known)))
                .toCompletableFuture()
                .join();
    }

    @Test
    @DisplayName("case 96: nothing is fetched by exception that the audit log does not have before")
    void case_96_fetchesNothingPrivateWithoutTheLog() {
        int before = server.requests.get();
        audit.fail();

        refused(Refusal.UNAVAILABLE, ACME, here("/"));

        assertThat(server.requests).hasValue(before);
    }

    @Test
    @Tag("case-78")
    @DisplayName("case 78: an address inside is refused before anything is sent, and audited")
    void refusesAnAddressInside() {
        int before = server.requests.get();

        refused(Refusal.ADDRESS_NOT_ALLOWED, ACME, "https://127.0.0.1:8443/latest/meta-data");

        assertThat(server.requests).hasValue(before);
        assertThat(audit.refusals).singleElement().satisfies(note -> {
            assertThat(note.refusal()).isEqualTo(Refusal.ADDRESS_NOT_ALLOWED);
            assertThat(note.tenant()).contains(ACME);
        });
    }

    @Test
    @Tag("case-80")
    @DisplayName("case 80: the name is resolved once, and that address is called, whatever DNS says later")
    void resolvesOnce() {
        resolver = host -> List.of(InetAddress.getByName(lookups.incrementAndGet() == 1 ? "127.0.0.1" : "10.9.9.9"));

        get(ACME, here("/"));
        assertThat(lookups).hasValue(1);
        refused(Refusal.ADDRESS_NOT_ALLOWED, ACME, "https://rebind.example:8443/");
        assertThat(lookups).hasValue(2);
    }

    @Test
    @Tag("case-80")
    @DisplayName("case 80: a redirect is not followed")
    void followsNoRedirect() {
        int before = server.requests.get();
        server.script = exchange -> {
            exchange.getResponseHeaders().add("Location", "https://169.254.169.254/latest");
            exchange.sendResponseHeaders(302, -1);
        };

        refused(Refusal.FETCH_FAILED, ACME, here("/"));

        assertThat(server.requests).hasValue(before + 1);
    }

    @Test
    void believesNobodyUnderAnotherName() {
        int before = server.requests.get();

        // Resolves to our server, whose certificate is for localhost.
        refused(Refusal.FETCH_FAILED, ACME, "https://issuer.example:" + server.port() + "/");

        assertThat(server.requests).as("nothing was sent").hasValue(before);
    }

    @Test
    void believesNoUnknownAuthority() {
        fetcher.close();
        fetcher = new WebFetcher(parts(Duration.ofSeconds(10), 4096, List.of()));

        refused(Refusal.FETCH_FAILED, ACME, here("/"));
    }

    @Test
    void provesWhichAgentAnswered() throws Exception {
        try (WebServer agent = new WebServer(identities.ssl(Optional.of(identities.agent("acme", "billing"))))) {
            fetcher.close();
            fetcher = fetcherAllowing("localhost:" + agent.port());
            FetchOrder order =
                    new FetchOrder(ACME, Destination.of("https://localhost:" + agent.port() + "/"), Trust.FABRIC);

            Fetched fetched = fetcher.get(order).toCompletableFuture().join();

            assertThat(fetched.peer().map(SpiffeId::uri)).contains("spiffe://acme.fabric.localhost/agent/billing");
        }
    }

    @Test
    @Tag("case-81")
    @DisplayName("case 81: a huge answer is cut off")
    void cutsOffAHugeAnswer() {
        server.script = exchange -> endless(exchange, 0);

        refused(Refusal.FETCH_FAILED, ACME, here("/"));
    }

    @Test
    @Tag("case-81")
    @DisplayName("case 81: an answer that drips is given up")
    void givesUpAnAnswerThatDrips() {
        fetcher.close();
        fetcher = fetcher(Duration.ofMillis(300), 1024 * 1024);
        server.script = exchange -> endless(exchange, 20);

        refused(Refusal.FETCH_FAILED, ACME, here("/"));
    }

    @Test
    @Tag("case-81")
    @DisplayName("case 81: a name server that never answers is given up")
    void givesUpASlowNameServer() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        resolver = host -> {
            try {
                over.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        };
        fetcher.close();
        fetcher = fetcher(Duration.ofMillis(200), 4096);

        refused(Refusal.FETCH_FAILED, ACME, here("/"));
        over.countDown();
    }

    @Test
    @Tag("case-81")
    @DisplayName("case 81: the breaker opens for the tenant that fails, and for no other")
    void leavesAloneWhatFails() {
        server.script = exchange -> exchange.sendResponseHeaders(500, -1);
        for (int i = 0; i < 5; i++) {
            refused(Refusal.FETCH_FAILED, ACME, here("/"));
        }
        int before = server.requests.get();

        refused(Refusal.UNAVAILABLE, ACME, here("/"));
        assertThat(server.requests).hasValue(before);
        server.script = exchange -> WebServer.json(exchange, "{}");
        assertThat(get(BETA, here("/")).body()).isNotEmpty();
    }

    private Fetched get(TenantId tenant, String url) {
        return fetcher.get(new FetchOrder(tenant, Destination.of(url), Trust.WEB))
                .toCompletableFuture()
                .join();
    }

    private void refused(Refusal refusal, TenantId tenant, String url) {
        assertThatThrownBy(() -> get(tenant, url))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.refusal()).as(e.sentence()).isEqualTo(refusal));
    }

    private static String here(String path) {
        return "https://localhost:" + server.port() + path;
    }

    /** Never ends by itself; the socket ends it. */
    private static void endless(HttpExchange exchange, long pause) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try {
            while (true) {
                exchange.getResponseBody().write(new byte[512]);
                exchange.getResponseBody().flush();
                TimeUnit.MILLISECONDS.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private WebFetcher fetcher(Duration patience, int mostBytes) {
        return new WebFetcher(parts(patience, mostBytes, null));
    }

    private WebFetcher fetcherAllowing(String place) {
        FetchPolicy policy = FetchPolicy.PUBLIC.allowing(List.of(place));
        return new WebFetcher(parts(policy, List.of()));
    }

    private WebFetcherParts parts(Duration patience, int mostBytes, List<java.security.cert.X509Certificate> cas) {
        List<String> places =
                server == null ? List.of() : List.of("localhost:" + server.port(), "issuer.example:" + server.port());
        FetchPolicy policy = new FetchPolicy(Set.of(8443), List.of(), Set.of(), patience, mostBytes).allowing(places);
        return parts(policy, cas == null ? List.of(identities.root()) : cas);
    }

    private WebFetcherParts parts(FetchPolicy policy, List<java.security.cert.X509Certificate> cas) {
        return new WebFetcherParts(
                new FetchRules(policy, HostPolicy.any()),
                host -> resolver.resolve(host),
                cas,
                () -> gateway,
                identities.peers,
                audit,
                SpiffeId.node(identities.domain, "gateway", "g1"),
                identities.clock);
    }
}
