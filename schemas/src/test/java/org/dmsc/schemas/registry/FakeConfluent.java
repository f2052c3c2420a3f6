package org.dmsc.schemas.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/** A Confluent registry as facts/schema-registry.md 3.2 describes it, as far as the client uses it. */
final class FakeConfluent implements AutoCloseable {

    final List<String> requests = new ArrayList<>();
    final List<String> authorizations = new ArrayList<>();
    final Deque<Integer> failures = new ArrayDeque<>();
    final Set<String> frozen = new java.util.HashSet<>();
    private final List<String> texts = new ArrayList<>();
    private final Map<String, List<Integer>> subjects = new HashMap<>();
    private final HttpServer server;

    FakeConfluent() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (!failures.isEmpty()) {
            answer(exchange, failures.poll(), error(50001, "later"));
            return;
        }
        String[] path = exchange.getRequestURI().getRawPath().split("/");
        JsonNode body = SchemaTexts.JSON.readTree(exchange.getRequestBody().readAllBytes());
        if (path[1].equals("schemas")) {
            byId(exchange, Integer.parseInt(path[3]));
        } else if (path.length == 4) {
            register(exchange, path[2], canonical(body));
        } else {
            lookUp(exchange, path[2], canonical(body));
        }
    }

    private void byId(HttpExchange exchange, int id) throws IOException {
        if (id < 1 || id > texts.size()) {
            answer(exchange, 404, error(40403, "Schema " + id + " not found"));
        } else {
            answer(exchange, 200, SchemaTexts.JSON.createObjectNode().put("schema", texts.get(id - 1)));
        }
    }

    private void lookUp(HttpExchange exchange, String subject, String text) throws IOException {
        if (!subjects.containsKey(subject)) {
            answer(exchange, 404, error(40401, "Subject '" + subject + "' not found."));
        } else if (!subjects.get(subject).contains(texts.indexOf(text) + 1)) {
            answer(exchange, 404, error(40403, "Schema not found"));
        } else {
            answer(exchange, 200, known(subject, text).put("schema", text));
        }
    }

    private void register(HttpExchange exchange, String subject, String text) throws IOException {
        if (text.isEmpty()) {
            answer(exchange, 422, error(42201, "Invalid schema"));
            return;
        }
        if (frozen.contains(subject)) {
            answer(exchange, 409, error(40901, "Schema being registered is incompatible with an earlier schema"));
            return;
        }
        add(text);
        subjects.computeIfAbsent(subject, s -> new ArrayList<>()).add(texts.indexOf(text) + 1);
        // 8.x answers with more than the id.
        answer(exchange, 200, known(subject, text).put("guid", "8b3c"));
    }

    void add(String text) {
        if (!texts.contains(text)) {
            texts.add(text);
        }
    }

    private ObjectNode known(String subject, String text) {
        return SchemaTexts.JSON
                .createObjectNode()
                .put("subject", subject)
                .put("version", 1)
                .put("id", texts.indexOf(text) + 1);
    }

    private static String canonical(JsonNode body) {
        try {
            return new Schema.Parser().parse(body.path("schema").asText()).toString();
        } catch (RuntimeException e) {
            return "";
        }
    }

    static ObjectNode error(int code, String message) {
        return SchemaTexts.JSON.createObjectNode().put("error_code", code).put("message", message);
    }

    private static void answer(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
