package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the editions of A2A 1.0 differ, a listener follows one (contract 6 and 7); what both share stays the same. */
final class ErrorProfilesTest {

    private static final String AT_ONCE =
            "{\"message\":{\"messageId\":\"m\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"x\"}]},"
                    + "\"configuration\":{\"returnImmediately\":true}}";

    @TempDir
    Path dir;

    @Test
    void answersAsTheFirstEditionWhereThatIsAskedFor() throws Exception {
        assertThat(statuses(ErrorProfile.V1_0_0)).isEqualTo("409 415 404 application/json");
    }

    @Test
    void answersAsTheSecondOtherwise() throws Exception {
        assertThat(statuses(ErrorProfile.V1_0_1)).isEqualTo("400 400 404 application/a2a+json");
    }

    /** Cancel of what has ended, a body of text, nobody's task, and the type of an answer when nobody says. */
    private String statuses(ErrorProfile profile) throws Exception {
        try (EdgeFixture edge = new EdgeFixture(dir, Duration.ofSeconds(30), profile)) {
            HttpClient agent = edge.agent("acme", "caller");
            String id = EdgeFixture.send(agent, edge.post("/message:send", AT_ONCE))
                    .json()
                    .at("/task/id")
                    .asText();
            edge.exchange.asked.take().end(TaskStateName.COMPLETED, "done");
            HttpRequest text = HttpRequest.newBuilder(edge.uri("/message:send"))
                    .header("A2A-Version", "1.0")
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString("hello"))
                    .build();
            HttpRequest bare = HttpRequest.newBuilder(edge.uri("/tasks/" + id + "?A2A-Version=1.0"))
                    .build();
            return EdgeFixture.send(agent, edge.post("/tasks/" + id + ":cancel", "{}"))
                            .status()
                    + " "
                    + EdgeFixture.send(agent, text).status() + " "
                    + EdgeFixture.send(agent, edge.get("/tasks/" + UUID.randomUUID()))
                            .status()
                    + " "
                    + EdgeFixture.send(agent, bare).header("content-type");
        }
    }

    @Test
    void saysTheSameNumberInHeaderAndBodyWhenAHeaderIsTooLong() throws Exception {
        // Security contract, case 57: refused unread, and for what it is.
        try (EdgeFixture edge = new EdgeFixture(dir)) {
            HttpRequest request = HttpRequest.newBuilder(edge.uri("/tasks"))
                    .header("Authorization", "Bearer " + "x".repeat(9 * 1024))
                    .build();

            EdgeFixture.Answer answer = EdgeFixture.send(edge.nobody(), request);

            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.json().at("/error/code").asInt()).isEqualTo(431);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("HEADER_TOO_LARGE");
        }
    }
}
