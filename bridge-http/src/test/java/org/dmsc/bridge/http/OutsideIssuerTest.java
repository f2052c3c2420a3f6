package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.http.MockWebServerWrapper;
import no.nav.security.mock.oauth2.http.Ssl;
import no.nav.security.mock.oauth2.http.SslKeystore;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import no.nav.security.mock.oauth2.token.KeyProvider;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;
import org.dmsc.bridge.http.fetch.Resolver;
import org.dmsc.bridge.http.fetch.WebFetcher;
import org.dmsc.bridge.http.fetch.WebFetcherParts;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.fetch.FetchPolicy;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.fetch.HostPolicy;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.token.OutsideIssuer;
import org.dmsc.tenant.token.SubjectMapping;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of an issuer that somebody else wrote (mock-oauth2-server), its keys had over TLS. */
final class OutsideIssuerTest {

    private static final String AUDIENCE = "dmsc-acme";
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static MockOAuth2Server issuer;
    static WebFetcher fetcher;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        IssuedIdentity gateway = edge.identities.gateway();
        issuer = new MockOAuth2Server(new OAuth2Config(
                false,
                null,
                null,
                false,
                new OAuth2TokenProvider(new KeyProvider(List.of(), "ES256")),
                Set.of(),
                new MockWebServerWrapper(
                        new Ssl(new SslKeystore("secret", gateway.keyStore("secret".toCharArray()))))));
        issuer.start(InetAddress.getByName("127.0.0.1"), 0);
        int port = issuer.baseUrl().port();
        fetcher = new WebFetcher(new WebFetcherParts(
                new FetchRules(FetchPolicy.PUBLIC.allowing(List.of("localhost:" + port)), HostPolicy.any()),
                Resolver.system(),
                List.of(edge.identities.root()),
                () -> gateway,
                edge.identities.peers,
                edge.audit,
                SpiffeId.node(edge.identities.domain, "gateway", "g1"),
                edge.identities.clock));
        edge.identities.keyFetcher.set(fetcher);
        believe("acme", "acme", AUDIENCE);
        believe("beta", "beta", "dmsc-beta");
        edge.identities.outsideKeys.start(
                edge.identities.tenants, tenant -> edge.identities.outside.getOrDefault(tenant, List.of()));
        awaitKeys();
    }

    @AfterAll
    static void stop() {
        edge.identities.outsideKeys.close();
        fetcher.close();
        issuer.shutdown();
        edge.close();
    }

    @Test
    void acceptsATokenOfTheTenantsIssuer() throws Exception {
        assertThat(call(edge.nobody(), token("acme", AUDIENCE, Map.of())).status())
                .isEqualTo(200);
    }

    @Test
    void acceptsATokenThatItsTokenEndpointGave() throws Exception {
        issuer.enqueueCallback(callback("acme", AUDIENCE, Map.of(), 300));
        HttpRequest ask = HttpRequest.newBuilder(
                        here(issuer.tokenEndpointUrl("acme").toString()))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "grant_type=client_credentials&client_id=billing&client_secret=any&scope=x"))
                .build();

        EdgeFixture.Answer given = EdgeFixture.send(edge.nobody(), ask);

        assertThat(given.status()).isEqualTo(200);
        assertThat(call(edge.nobody(), given.json().path("access_token").asText())
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Tag("case-56")
    @DisplayName("case 56: bound to the certificate of the connection, or refused")
    void holdsItToItsCertificate() throws Exception {
        IssuedIdentity billing = edge.identities.agent("acme", "billing");
        HttpClient certified = edge.identities.client(Optional.of(billing), HttpClient.Version.HTTP_2);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(billing.leaf().getEncoded());
        Map<String, Object> bound = Map.of(
                "cnf",
                Map.of("x5t#S256", Base64.getUrlEncoder().withoutPadding().encodeToString(hash)));

        assertThat(call(certified, token("acme", AUDIENCE, bound)).status()).isEqualTo(200);
        assertThat(call(edge.nobody(), token("acme", AUDIENCE, bound)).status()).isEqualTo(401);
        assertThat(call(edge.agent("acme", "billing"), token("acme", AUDIENCE, bound))
                        .status())
                .isEqualTo(401);
        assertThat(call(certified, token("acme", AUDIENCE, Map.of())).status()).isEqualTo(401);
    }

    @Test
    @Tag("case-55")
    @DisplayName("case 55: of one tenant's issuer for another's audience, of an issuer nobody believes")
    void refusesOtherTenantsTokens() throws Exception {
        assertThat(call(edge.nobody(), token("beta", AUDIENCE, Map.of())).status())
                .isEqualTo(401);
        assertThat(call(edge.nobody(), token("gamma", AUDIENCE, Map.of())).status())
                .isEqualTo(401);
        assertThat(call(edge.agent("acme", "billing"), token("beta", "dmsc-beta", Map.of()))
                        .status())
                .as("beta's token beside acme's certificate")
                .isEqualTo(421);
        assertThat(call(
                                edge.nobody(),
                                issuer.issueToken("acme", "billing", callback("acme", AUDIENCE, Map.of(), 3600))
                                        .serialize())
                        .status())
                .as("one hour")
                .isEqualTo(401);
    }

    @Test
    @Tag("case-54")
    @DisplayName("case 54: an ID token is no access token")
    void refusesAnotherType() throws Exception {
        SignedJWT jwt = issuer.issueToken(
                "acme",
                "billing",
                new DefaultOAuth2TokenCallback(
                        "acme", "billing", "JWT", List.of(AUDIENCE), Map.of("client_id", "billing"), 300));

        assertThat(call(edge.nobody(), jwt.serialize()).status()).isEqualTo(401);
    }

    private static void believe(String tenant, String realm, String audience) {
        edge.identities.outside.put(
                new TenantId(tenant),
                List.of(OutsideIssuer.of(
                        here(issuer.issuerUrl(realm).toString()).toString(),
                        here(issuer.jwksUrl(realm).toString()),
                        audience,
                        SubjectMapping.byName("client_id"))));
    }

    /** The mock names itself by the address it was bound to; its certificate says localhost. */
    private static URI here(String url) {
        return URI.create(url.replace("127.0.0.1", "localhost"));
    }

    private static void awaitKeys() throws Exception {
        long deadline = System.nanoTime() + LONGEST;
        String token = token("acme", AUDIENCE, Map.of());
        while (call(edge.nobody(), token).status() == 503) {
            assertThat(System.nanoTime()).as("keys were not fetched in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static String token(String realm, String audience, Map<String, Object> more) {
        return issuer.issueToken(realm, "billing", callback(realm, audience, more, 300))
                .serialize();
    }

    private static DefaultOAuth2TokenCallback callback(
            String realm, String audience, Map<String, Object> more, long life) {
        Map<String, Object> claims = new HashMap<>(more);
        claims.put("client_id", "billing");
        claims.put("iss", here(issuer.issuerUrl(realm).toString()).toString());
        return new DefaultOAuth2TokenCallback(realm, "billing", "at+jwt", List.of(audience), claims, life);
    }

    private static EdgeFixture.Answer call(HttpClient client, String token) throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + token)
                .build();
        return EdgeFixture.send(client, request);
    }
}
