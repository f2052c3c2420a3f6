package org.dmsc.node.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;

/** Somebody who talks to a fabric's HTTP edge: an agent, the operator, or nobody. Uses the JDK's client and nothing of ours. */
public final class Participant {

    public static final String EXTENSION = "urn:dmsc:ext:delegation:1";

    public static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final String base;
    private final HttpClient client;

    Participant(String base, SSLContext tls) {
        this.base = base;
        this.client = HttpClient.newBuilder()
                .sslContext(tls)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    public Answer get(String path) {
        return send(request(path).GET().build());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE().build());
    }

    /** Without a body. */
    public Answer put(String path) {
        return send(request(path).PUT(BodyPublishers.noBody()).build());
    }

    public Answer post(String path, JsonNode body) {
        return post(path, body.toString());
    }

    public Answer post(String path, String body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    public Answer put(String path, JsonNode body) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body.toString()))
                .build());
    }

    /** A JSON-RPC call at the gateway's root, or at one agent's URL. */
    public Answer call(String path, String method, ObjectNode params) {
        ObjectNode call = JSON.createObjectNode();
        call.put("jsonrpc", "2.0");
        call.put("id", 1);
        call.put("method", method);
        call.set("params", params);
        return post(path, call);
    }

    /** Posts and reads the event stream to its end. */
    public Answer stream(String path, JsonNode body) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        return send(request);
    }

    /** A message that says what is needed. */
    public static ObjectNode ask(String text) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode message = body.putObject("message");
        message.put("messageId", UUID.randomUUID().toString());
        message.put("role", "ROLE_USER");
        message.putArray("parts").addObject().put("text", text);
        return body;
    }

    /** A message to a named agent. */
    public static ObjectNode ask(String agent, String text) {
        ObjectNode body = ask(text);
        ((ObjectNode) body.get("message"))
                .putObject("metadata")
                .putObject(EXTENSION)
                .put("agent", agent);
        return body;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(path.startsWith("https:") ? path : base + path))
                .timeout(LONGEST)
                .header("A2A-Version", "1.0");
    }

    private Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            String type = response.headers().firstValue("content-type").orElse("");
            if (type.startsWith("text/event-stream")) {
                return new Answer(response.statusCode(), JSON.createObjectNode(), events(response.body()));
            }
            JsonNode body = response.body().isBlank() ? JSON.createObjectNode() : parse(response.body());
            return new Answer(response.statusCode(), body, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode parse(String body) throws IOException {
        try {
            return JSON.readTree(body);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return JSON.createObjectNode().put("text", body);
        }
    }

    private static List<JsonNode> events(String body) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : body.split("\n")) {
            if (line.startsWith("data:")) {
                events.add(JSON.readTree(line.substring("data:".length())));
            }
        }
        return events;
    }
}
