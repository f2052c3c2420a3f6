package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extensions that an agent requires, and the catalogue of what a caller may use. */
final class ExtensionsTest {

    @TempDir
    static Path dir;

    static EdgeFixture edge;
    static HttpClient caller;

    @BeforeAll
    static void start() throws Exception {
        edge = new EdgeFixture(dir);
        caller = edge.agent("acme", "caller");
        String card = AgentApiTest.card("https://localhost:1/")
                .replace(
                        "\"streaming\":true",
                        "\"streaming\":true,\"extensions\":[{\"uri\":\"urn:x:a\",\"required\":true},{\"uri\":\"urn:x:b\"}]");
        assertThat(EdgeFixture.send(edge.agent("acme", "strict"), edge.post("/v1/agents/strict", card))
                        .status())
                .isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    @BeforeEach
    void forget() {
        edge.exchange.clear();
    }

    @Test
    void refusesACallerWhoDoesNotNameWhatTheAgentRequires() throws Exception {
        EdgeFixture.Answer without = EdgeFixture.send(caller, send("urn:x:b"));
        EdgeFixture.Answer elsewhere = EdgeFixture.send(
                edge.agent("beta", "caller"),
                request("/agents/acme%2Fstrict/message:send", "").build());

        assertThat(without.status()).isEqualTo(400);
        assertThat(without.json().at("/error/details/0/reason").asText()).isEqualTo("EXTENSION_SUPPORT_REQUIRED");
        assertThat(without.json().at("/error/message").asText())
                .contains("urn:x:a")
                .contains("expected");
        assertThat(elsewhere.json().toString())
                .as("who may not use it does not hear of it")
                .doesNotContain("urn:x:a");
    }

    @Test
    void passesOnWhatTheCallerNamesAndSaysWhatTakesEffect() throws Exception {
        edge.exchange.onAsk(task -> task.end(TaskStateName.COMPLETED, "done"));

        EdgeFixture.Answer answer = EdgeFixture.send(caller, send("urn:x:a, urn:x:nobody, urn:dmsc:ext:delegation:1"));

        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(200);
        assertThat(answer.header("a2a-extensions")).isEqualTo("urn:dmsc:ext:delegation:1, urn:x:a");
        ObjectNode asked = A2aJson.parse(edge.exchange.asked.take().message.message());
        assertThat(asked.at("/metadata/dmsc-extensions").toString()).isEqualTo("[\"urn:x:a\"]");
        assertThat(answer.json().at("/task/history/0").toString()).doesNotContain("dmsc-extensions");
    }

    @Test
    void showsTheAgentsOwnExtensionsInItsCardAndTheAgentInTheCatalogue() throws Exception {
        ObjectNode card = EdgeFixture.send(caller, edge.get("/agents/strict/.well-known/agent-card.json"))
                .json();
        ObjectNode catalogue = EdgeFixture.send(caller, edge.get("/.well-known/ai-catalog.json"))
                .json();
        ObjectNode others = EdgeFixture.send(edge.agent("beta", "b"), edge.get("/.well-known/ai-catalog.json"))
                .json();

        assertThat(card.at("/capabilities/extensions/2/uri").asText()).isEqualTo("urn:x:a");
        assertThat(card.at("/capabilities/extensions/2/required").asBoolean()).isTrue();
        assertThat(catalogue.at("/entries/0/url").asText())
                .isEqualTo(
                        edge.uri("/agents/strict/.well-known/agent-card.json").toString());
        assertThat(others.path("entries")).isEmpty();
    }

    private static HttpRequest send(String extensions) {
        return request("/agents/strict/message:send", extensions).build();
    }

    private static HttpRequest.Builder request(String path, String extensions) {
        String body = "{\"message\":{\"messageId\":\"m-" + System.nanoTime()
                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"hello\"}]}}";
        HttpRequest.Builder request =
                edge.request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)));
        return extensions.isEmpty() ? request : request.header("A2A-Extensions", extensions);
    }
}
