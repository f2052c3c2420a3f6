package org.dmsc.node.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fabric with a server of embeddings beside it: a real one over HTTP, with a mean little model. */
@Timeout(180)
final class EmbeddingsIT {

    private static final String REQUEST = "my head aches";
    private static final String SECRET = "the patient's cough is secret";

    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> shown = new ConcurrentLinkedQueue<>();
    private volatile int status = 200;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/embeddings", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            ObjectNode body = json.createObjectNode();
            ArrayNode data = body.putArray("data");
            for (JsonNode text : json.readTree(exchange.getRequestBody()).path("input")) {
                shown.add(text.asText());
                ObjectNode one = data.addObject().put("index", data.size() - 1);
                boolean ill = text.asText().matches("(?s).*(aches|Heals|cough).*");
                one.putArray("embedding").add(ill ? 1 : 0.1).add(ill ? 0.1 : 1);
            }
            byte[] bytes = json.writeValueAsBytes(body);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Test
    void aRequestWithoutACommonWordFindsWhoIsMeantWhereItsTenantLetsAModelSeeIt() {
        Map<String, String> settings = Map.of(
                "embeddings.url",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "embeddings.model",
                "little",
                "embeddings.timeout-ms",
                "5000");
        try (TestFabric fabric = TestFabric.start(settings)) {
            fabric.createTenant("open");
            fabric.createTenant("shut");
            fabric.apply("open", "embeddings: true");
            Credentials doctor = fabric.addAgent("open", "doctor");
            Credentials baker = fabric.addAgent("open", "baker");
            Credentials hidden = fabric.addAgent("shut", "doctor");
            Participant alice = fabric.as(fabric.addAgent("open", "alice"));
            Participant bob = fabric.as(fabric.addAgent("shut", "bob"));
            try (HttpAgent heals = HttpAgent.start(doctor, text -> "healed");
                    HttpAgent bakes = HttpAgent.start(baker, text -> "baked");
                    HttpAgent other = HttpAgent.start(hidden, text -> "healed")) {
                fabric.register(doctor, "doctor", heals, heals.card("Doctor", "medicine", "Heals people", "health"));
                fabric.register(baker, "baker", bakes, bakes.card("Baker", "bread", "Bakes loaves", "food"));
                fabric.register(hidden, "doctor", other, other.card("Doctor", "medicine", "Heals", "secrecy"));
                TestFabric.await(
                        "both skills are known to the model",
                        () -> found(alice, REQUEST).equals("medicine"));

                assertThat(done(alice, REQUEST)).isEqualTo("healed");
                Answer refused = bob.post("/message:send", Participant.ask(SECRET));
                assertThat(refused.state()).as("%s", refused).isEqualTo("FAILED");
                assertThat((Collection<String>) shown)
                        .as("nothing of the tenant that was not asked")
                        .noneMatch(text -> text.contains("secre"));

                status = 503;

                assertThat(done(alice, "medicine, and a word the model never saw"))
                        .as("words go on without a model")
                        .isEqualTo("healed");
            }
        }
    }

    private static String done(Participant caller, String text) {
        Answer answer = caller.post("/message:send", Participant.ask(text));
        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
        return answer.text();
    }

    /** The skill that comes first. */
    private static String found(Participant caller, String text) {
        return caller.get("/v1/agents?q=" + URLEncoder.encode(text, StandardCharsets.UTF_8))
                .body()
                .path("agents")
                .path(0)
                .path("skill")
                .asText();
    }
}
