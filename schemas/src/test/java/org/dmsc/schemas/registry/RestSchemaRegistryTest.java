package org.dmsc.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestSchemaRegistryTest {

    private final FakeConfluent server = new FakeConfluent();
    private final Schema schema =
            SchemaBuilder.record("First").fields().requiredInt("x").endRecord();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void looksUpThenRegistersOnceAndRemembers() {
        RestSchemaRegistry registry = new RestSchemaRegistry(server.uri());

        assertThat(registry.register("t-value", schema)).isEqualTo(1);
        assertThat(registry.register("t-value", schema)).isEqualTo(1);

        assertThat(server.requests)
                .containsExactly(
                        "POST /subjects/t-value?normalize=true&deleted=false",
                        "POST /subjects/t-value/versions?normalize=true");
    }

    @Test
    void doesNotRegisterWhatIsThere() {
        new RestSchemaRegistry(server.uri()).register("t-value", schema);
        server.requests.clear();

        assertThat(new RestSchemaRegistry(server.uri()).register("t-value", schema))
                .isEqualTo(1);

        assertThat(server.requests).containsExactly("POST /subjects/t-value?normalize=true&deleted=false");
    }

    @Test
    void oneSchemaUnderTwoSubjectsHasOneId() {
        RestSchemaRegistry registry = new RestSchemaRegistry(server.uri());

        assertThat(registry.register("a-value", schema)).isEqualTo(registry.register("b-value", schema));
    }

    @Test
    void readsBySchemaIdOnceForEver() {
        RestSchemaRegistry registry = new RestSchemaRegistry(server.uri());
        int id = registry.register("t-value", schema);
        server.requests.clear();

        assertThat(registry.byId(id)).isEqualTo(schema);
        assertThat(registry.byId(id)).isEqualTo(schema);

        assertThat(server.requests).containsExactly("GET /schemas/ids/1?fetchMaxId=false");
    }

    @Test
    void subjectsAreOnePathSegment() {
        new RestSchemaRegistry(server.uri()).register("a/b c+d-value", schema);

        assertThat(server.requests.get(0)).startsWith("POST /subjects/a%2Fb%20c%2Bd-value?");
    }

    @Test
    void anUnknownIdIsUnreadableAndAskedForAgain() {
        RestSchemaRegistry registry = new RestSchemaRegistry(server.uri());

        assertRefused(Refusal.UNREADABLE, "40403", () -> registry.byId(1));
        registry.register("t-value", schema);

        assertThat(registry.byId(1)).isEqualTo(schema);
    }

    @Test
    void anIncompatibleSchemaIsAFaultOfConfiguration() {
        server.frozen.add("t-value");

        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                "40901",
                () -> new RestSchemaRegistry(server.uri()).register("t-value", schema));
    }

    @Test
    void aTextThatIsNoSchemaIsUnreadable() {
        server.add("{\"type\":\"nope\"}");

        assertRefused(Refusal.UNREADABLE, "schema 1", () -> new RestSchemaRegistry(server.uri()).byId(1));
    }

    @Test
    void triesAgainWhenTheServerAsksTo() {
        server.failures.addAll(List.of(503, 429, 500));

        assertThat(quick(server.uri()).register("t-value", schema)).isEqualTo(1);
    }

    @Test
    void givesUpAfterItsRetries() {
        server.failures.addAll(List.of(503, 503, 503, 503, 503));

        assertRefused(Refusal.UNAVAILABLE, "HTTP 503", () -> quick(server.uri()).register("t-value", schema));
        assertThat(server.requests).hasSize(4);
    }

    @Test
    void doesNotTryAgainWhereItCannotHelp() {
        server.failures.add(403);

        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                "credentials",
                () -> quick(server.uri()).register("t-value", schema));
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void takesTheNextUrlWhenOneIsDead() {
        RestRegistrySettings settings = new RestRegistrySettings(
                List.of(URI.create("http://127.0.0.1:1/"), URI.create(server.uri() + "/")),
                Optional.empty(),
                Duration.ofSeconds(2),
                1,
                Duration.ofMillis(1));

        assertThat(new RestSchemaRegistry(settings).register("t-value", schema)).isEqualTo(1);
    }

    @Test
    void sendsItsCredentialsAndKeepsThemOutOfText() {
        RestRegistrySettings settings = RestRegistrySettings.of(server.uri()).authorized("Bearer s3cret");

        new RestSchemaRegistry(settings).register("t-value", schema);

        assertThat(server.authorizations).containsOnly("Bearer s3cret");
        assertThat(settings.toString()).doesNotContain("s3cret");
    }

    @Test
    void anAnswerThatIsNotJsonIsARefusal() throws Exception {
        try (java.net.ServerSocket garbage =
                new java.net.ServerSocket(0, 5, java.net.InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> answerGarbage(garbage));
            thread.setDaemon(true);
            thread.start();
            URI uri = URI.create("http://127.0.0.1:" + garbage.getLocalPort());

            assertRefused(
                    Refusal.INVALID_CONFIGURATION, "HTTP 200", () -> quick(uri).register("t", schema));
        }
    }

    private static void answerGarbage(java.net.ServerSocket socket) {
        try (java.net.Socket client = socket.accept()) {
            client.getInputStream().read(new byte[4096]);
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } catch (java.io.IOException e) {
            // The test is over.
        }
    }

    private static RestSchemaRegistry quick(URI uri) {
        return new RestSchemaRegistry(new RestRegistrySettings(
                List.of(uri), Optional.empty(), Duration.ofSeconds(5), 3, Duration.ofMillis(1)));
    }

    private static void assertRefused(
            Refusal refusal, String text, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RefusedException.class, e -> {
            assertThat(e.refusal()).isEqualTo(refusal);
            assertThat(e.sentence()).contains(text);
        });
    }
}
