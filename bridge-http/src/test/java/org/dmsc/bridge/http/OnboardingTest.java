package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.http.fetch.Resolver;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.WebFetcherParts;
import org.dmsc.bridge.http.fetch.WebServer;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.fetch.HostPolicy;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registering an agent by its URL alone. */
final class OnboardingTest {

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static WebServer agent;
    static WebFetcher fetcher;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        agent = new WebServer(edge.identities.ssl(Optional.of(edge.identities.agent("acme", "billing"))));
        IssuedIdentity gateway = edge.identities.gateway();
        fetcher = new WebFetcher(new WebFetcherParts(
                new FetchRules(FetchPolicy.PUBLIC.allowing(List.of("localhost:" + agent.port())), HostPolicy.any()),
                Resolver.system(),
                List.of(),
                () -> gateway,
                edge.identities.peers,
                edge.audit,
                SpiffeId.node(edge.identities.domain, "gateway", "g1"),
                edge.identities.clock));
        edge.fetcher.set(fetcher);
    }

    @AfterAll
    static void stop() {
        fetcher.close();
        agent.close();
        edge.close();
    }

    @BeforeEach
    void anHonestCard() {
        agent.script = exchange -> {
            assertThat(exchange.getRequestURI().getPath()).isEqualTo("/.well-known/agent-card.json");
            WebServer.json(exchange, card(here()));
        };
    }

    @Test
    void anOperatorNeedsTheUrlOnly() throws Exception {
        EdgeFixture.Answer answer = EdgeFixture.send(edge.operator(), edge.post("/v1/agents?tenant=acme", url(here())));

        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(201);
        assertThat(answer.json().path("agent").asText()).contains("billing");
        EdgeFixture.Answer shown = EdgeFixture.send(edge.operator(), edge.get("/v1/agents/billing?tenant=acme"));
        assertThat(shown.json().at("/card/url").asText()).isEqualTo(here() + ".well-known/agent-card.json");
        assertThat(shown.json().at("/card/sha256").asText()).hasSize(43);
        assertThat(shown.json().at("/card/signer").asText()).isEmpty();
    }

    @Test
    void anAgentCanOnboardItselfAndNobodyElse() throws Exception {
        String body = url(here());

        assertThat(EdgeFixture.send(edge.agent("acme", "billing"), edge.post("/v1/agents", body))
                        .status())
                .isIn(200, 201);
        assertThat(EdgeFixture.send(edge.agent("acme", "other"), edge.post("/v1/agents", body))
                        .status())
                .isEqualTo(403);
        assertThat(EdgeFixture.send(edge.agent("beta", "billing"), edge.post("/v1/agents", body))
                        .status())
                .isEqualTo(403);
        assertThat(EdgeFixture.send(edge.operator(), edge.post("/v1/agents?tenant=beta", body))
                        .status())
                .as("of another tenant than the operator named")
                .isEqualTo(403);
    }

    @Test
    @Tag("case-68")
    @DisplayName("case 68: a card whose endpoint is elsewhere")
    void refusesACardThatPointsElsewhere() throws Exception {
        for (String elsewhere : List.of("https://169.254.169.254/", "https://localhost:1/", "https://other.example/")) {
            agent.script = exchange -> WebServer.json(exchange, card(elsewhere));

            EdgeFixture.Answer answer =
                    EdgeFixture.send(edge.operator(), edge.post("/v1/agents?tenant=acme", url(here())));

            assertThat(answer.status()).as(elsewhere).isEqualTo(400);
        }
    }

    @Test
    @Tag("case-78")
    @DisplayName("case 78: an address inside")
    void refusesAnAddressInside() throws Exception {
        for (String url :
                List.of("https://127.0.0.1/", "https://[::1]:8443/", "http://localhost/", "https://10.0.0.1/x")) {
            EdgeFixture.Answer answer =
                    EdgeFixture.send(edge.operator(), edge.post("/v1/agents?tenant=acme", url(url)));

            assertThat(answer.status()).as(url).isEqualTo(400);
            assertThat(answer.json().at("/error/details/0/reason").asText()).isEqualTo("ADDRESS_NOT_ALLOWED");
        }
    }

    @Test
    void refusesWhatIsNoCard() throws Exception {
        agent.script = exchange -> WebServer.json(exchange, "<html>");

        assertThat(EdgeFixture.send(edge.operator(), edge.post("/v1/agents?tenant=acme", url(here())))
                        .status())
                .isEqualTo(400);
        assertThat(EdgeFixture.send(edge.operator(), edge.post("/v1/agents", url(here())))
                        .status())
                .as("no tenant")
                .isEqualTo(400);
    }

    private static String here() {
        return "https://localhost:" + agent.port() + "/";
    }

    private static String url(String url) {
        return "{\"url\":\"" + url + "\"}";
    }

    private static String card(String endpoint) {
        return ("{'name':'Billing','description':'Explains invoices','version':'1','supportedInterfaces':[{'url':'"
                        + endpoint
                        + "','protocolBinding':'JSONRPC','protocolVersion':'1.0'}],'skills':[{'id':'refund','name':'Refund',"
                        + "'description':'d','tags':['money']}]}")
                .replace('\'', '"');
    }
}
