package org.dmsc.tenant.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real HTTP server on the loopback. */
@Timeout(30)
class HttpEmbeddingsTest {

    private static final Map<String, String> VECTORS =
            Map.of("car", "[3,0,0]", "automobile", "[2.9,0.1,0]", "banana", "[0,0,5]");

    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<JsonNode> asked = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile Function<JsonNode, String> answer = this::vectors;
    private volatile int status = 200;
    private volatile String authorization = "";
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/embeddings", this::serve);
        server.start();
    }

    @AfterEach
    void stop() {
        never.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = json.readTree(exchange.getRequestBody().readAllBytes());
            asked.add(body);
            authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] bytes = answer.apply(body).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Last first, as servers may. */
    private String vectors(JsonNode body) {
        StringBuilder data = new StringBuilder();
        for (int i = body.path("input").size() - 1; i >= 0; i--) {
            data.append(data.length() == 0 ? "" : ",")
                    .append("{\"index\":" + i + ",\"embedding\":"
                            + VECTORS.get(body.path("input").get(i).asText()) + "}");
        }
        return "{\"data\":[" + data + "]}";
    }

    private HttpEmbeddings embeddings(Duration timeout) {
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        return new HttpEmbeddings(new HttpEmbeddings.Settings(base, "small", Optional.of("secret"), timeout));
    }

    private static List<float[]> of(HttpEmbeddings embeddings, String... texts) throws Exception {
        return embeddings.embed(List.of(texts)).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void assertFails(HttpEmbeddings embeddings) {
        assertThatThrownBy(() -> of(embeddings, "car", "banana"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.FETCH_FAILED));
    }

    @Test
    void asksAsTheInterfaceWantsAndKeepsTheOrder() throws Exception {
        List<float[]> vectors = of(embeddings(Duration.ofSeconds(10)), "car", "banana");

        assertThat(vectors.get(0)).containsExactly(3, 0, 0);
        assertThat(vectors.get(1)).containsExactly(0, 0, 5);
        assertThat(asked.get(0).path("model").asText()).isEqualTo("small");
        assertThat(authorization).isEqualTo("Bearer secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no json",
                "{}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1,2]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[]},{\"index\":1,\"embedding\":[]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[\"x\"]},{\"index\":1,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":7,\"embedding\":[1]}]}"
            })
    void refusesAnswersThatAreNone(String text) {
        answer = body -> text;

        assertFails(embeddings(Duration.ofSeconds(10)));
    }

    @Test
    void refusesOtherStatus() {
        status = 500;

        assertFails(embeddings(Duration.ofSeconds(10)));
    }

    @Test
    void givesUpOnAServerThatDoesNotAnswer() {
        answer = body -> {
            awaited(never);
            return "{}";
        };

        assertFails(embeddings(Duration.ofMillis(300)));
    }

    @Test
    void showsNoKey() {
        assertThat(new HttpEmbeddings.Settings(
                        URI.create("http://h"), "m", Optional.of("secret"), Duration.ofSeconds(1)))
                .asString()
                .doesNotContain("secret");
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
