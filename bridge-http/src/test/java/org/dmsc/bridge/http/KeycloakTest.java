package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens of a real Keycloak, of its own process, where there is one: {@code -DlongTests -Dkeycloak=<folder of bin/kc.sh>}. Its first start takes a minute
 * or two.
 */
@Tag("long")
@Timeout(600)
@EnabledIfSystemProperty(named = "keycloak", matches = ".+", disabledReason = "no -Dkeycloak=<folder of Keycloak>")
final class KeycloakTest {

    private static final String AUDIENCE = "dmsc-acme";
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(5);

    /** One realm with two clients: tokens as RFC 9068 has them, for the fabric; and as Keycloak makes them by itself. */
    private static final String REALM = """
            {"realm": "acme", "enabled": true, "accessTokenLifespan": 300, "sslRequired": "all", "clients": [
              {"clientId": "billing", "secret": "s3cret", "serviceAccountsEnabled": true, "standardFlowEnabled": false,
               "publicClient": false, "fullScopeAllowed": false, "defaultClientScopes": ["basic", "service_account"],
               "attributes": {"access.token.signed.response.alg": "ES256", "access.token.header.type.rfc9068": "true"},
               "protocolMappers": [
                 {"name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
                  "config": {"included.custom.audience": "dmsc-acme", "access.token.claim": "true"}}]},
              {"clientId": "plain", "secret": "s3cret", "serviceAccountsEnabled": true, "standardFlowEnabled": false,
               "publicClient": false}]}
            """;

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static WebFetcher fetcher;
    static Process keycloak;
    static String realm;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(Files.createDirectory(dir.resolve("edge")));
        IssuedIdentity gateway = edge.identities.gateway();
        int port = freePort();
        realm = "https://localhost:" + port + "/realms/acme";
        keycloak = keycloak(gateway, port);
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
        awaitRealm();
        edge.identities.outside.put(
                new TenantId("acme"),
                List.of(OutsideIssuer.of(
                        realm,
                        URI.create(realm + "/protocol/openid-connect/certs"),
                        AUDIENCE,
                        SubjectMapping.byName("client_id"))));
        edge.identities.outsideKeys.start(
                edge.identities.tenants, tenant -> edge.identities.outside.getOrDefault(tenant, List.of()));
    }

    @AfterAll
    static void stop() throws Exception {
        edge.identities.outsideKeys.close();
        fetcher.close();
        keycloak.descendants().forEach(ProcessHandle::destroyForcibly);
        keycloak.destroyForcibly().waitFor();
        edge.close();
    }

    @Test
    @DisplayName("an access token of Keycloak, by client credentials, ES256: its client is the agent of that name")
    void acceptsATokenOfKeycloakAndNoOtherOfIt() throws Exception {
        String token = token("billing");
        long deadline = System.nanoTime() + LONGEST;
        int status = call(token);
        while (status == 503 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(100);
            status = call(token);
        }

        assertThat(status).as("the token, once its key was had").isEqualTo(200);
        assertThat(call(token("plain"))).as("RS256, another type and audience").isEqualTo(401);
        assertThat(call(token.substring(0, token.length() - 4) + "AAAA"))
                .as("another signature")
                .isEqualTo(401);
    }

    private static Process keycloak(IssuedIdentity gateway, int port) throws Exception {
        Path home = Path.of(System.getProperty("keycloak"));
        Path imports = Files.createDirectories(home.resolve("data").resolve("import"));
        Files.writeString(imports.resolve("acme-realm.json"), REALM);
        Path store = dir.resolve("keycloak.p12");
        try (var out = Files.newOutputStream(store)) {
            gateway.keyStore("secret".toCharArray()).store(out, "secret".toCharArray());
        }
        return new ProcessBuilder(
                        home.resolve("bin").resolve("kc.sh").toString(),
                        "start-dev",
                        "--import-realm",
                        "--db=dev-mem",
                        "--http-enabled=false",
                        "--https-port=" + port,
                        "--https-key-store-file=" + store,
                        "--https-key-store-type=PKCS12",
                        "--https-key-store-password=secret",
                        "--hostname=https://localhost:" + port)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("keycloak.log").toFile())
                .start();
    }

    private static void awaitRealm() throws Exception {
        long deadline = System.nanoTime() + LONGEST;
        while (true) {
            try {
                HttpRequest look = HttpRequest.newBuilder(URI.create(realm)).build();
                if (EdgeFixture.send(edge.nobody(), look).status() == 200) {
                    return;
                }
            } catch (java.io.IOException e) {
                // It is not there yet.
            }
            assertThat(System.nanoTime() < deadline && keycloak.isAlive())
                    .as("Keycloak: %s", Files.readString(dir.resolve("keycloak.log")))
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private static String token(String client) throws Exception {
        HttpRequest ask = HttpRequest.newBuilder(URI.create(realm + "/protocol/openid-connect/token"))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "grant_type=client_credentials&client_secret=s3cret&client_id=" + client))
                .build();
        EdgeFixture.Answer given = EdgeFixture.send(edge.nobody(), ask);
        assertThat(given.status()).as(given.json().toString()).isEqualTo(200);
        return given.json().path("access_token").asText();
    }

    private static int call(String token) throws Exception {
        HttpRequest request = edge.request("/v1/agents")
                .header("Authorization", "Bearer " + token)
                .build();
        return EdgeFixture.send(edge.nobody(), request).status();
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
