package org.dmsc.node.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;

/** Calls a fabric's HTTP interface; what is not an answer becomes a {@link NodeException} with the fabric's own words. */
final class FabricClient {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration CONNECT = Duration.ofSeconds(15);

    /** Tasks block until they end; the tenant's deadline is below this. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final String base;
    private final HttpClient client;

    FabricClient(String base, SSLContext tls) {
        this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        this.client =
                HttpClient.newBuilder().sslContext(tls).connectTimeout(CONNECT).build();
    }

    JsonNode get(String path, Map<String, String> query) {
        return json(send(request(path + query(query)).GET().build()));
    }

    JsonNode get(String path) {
        return get(path, Map.of());
    }

    JsonNode post(String path, JsonNode body) {
        return json(send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build()));
    }

    /** The same, and hands over the header of that name where there is one. */
    JsonNode post(String path, JsonNode body, Header header) {
        HttpResponse<String> response = send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build());
        response.headers().firstValue(header.name()).ifPresent(header.taker());
        return json(response);
    }

    /** A header of an answer, and who wants it. */
    record Header(String name, Consumer<String> taker) {}

    JsonNode put(String path, Map<String, String> query, JsonNode body) {
        return json(send(request(path + query(query))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body.toString()))
                .build()));
    }

    JsonNode put(String path) {
        return json(send(request(path).PUT(BodyPublishers.noBody()).build()));
    }

    void delete(String path) {
        JsonNode unused = json(send(request(path).DELETE().build()));
    }

    /** Posts and hands over each event of the answer's stream as it comes. */
    void stream(String path, JsonNode body, Header header, Consumer<JsonNode> events) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        HttpResponse<Stream<String>> response = exchange(request, BodyHandlers.ofLines());
        response.headers().firstValue(header.name()).ifPresent(header.taker());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() / 100 != 2) {
                throw refused(response.statusCode(), parse(lines.collect(Collectors.joining("\n"))));
            }
            Iterator<String> each = lines.iterator();
            while (each.hasNext()) {
                String line = each.next();
                if (line.startsWith("data:")) {
                    events.accept(parse(line.substring("data:".length())));
                }
            }
        }
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create(base + pathAndQuery))
                .timeout(LONGEST)
                .header("A2A-Version", "1.0");
    }

    private HttpResponse<String> send(HttpRequest request) {
        return exchange(request, BodyHandlers.ofString());
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return client.send(request, handler);
        } catch (IOException e) {
            throw new NodeException(
                    ExitCode.UNREACHABLE,
                    "no fabric answers at " + base + ": " + e + " (expected a running node; start one with: dmsc up)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(ExitCode.UNREACHABLE, "interrupted while waiting for " + base, e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        JsonNode body = parse(response.body());
        if (response.statusCode() / 100 != 2) {
            throw refused(response.statusCode(), body);
        }
        return body;
    }

    private static JsonNode parse(String text) {
        if (text.isBlank()) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            ObjectNode wrapped = JSON.createObjectNode();
            wrapped.putObject("error").put("message", text.strip());
            return wrapped;
        }
    }

    private static NodeException refused(int status, JsonNode body) {
        String reason = body.at("/error/details/0/reason")
                .asText(body.at("/error/status").asText("HTTP " + status));
        String message = body.at("/error/message").asText("no reason was given");
        return new NodeException(ExitCode.REFUSED, reason + ": " + message);
    }

    private static String query(Map<String, String> query) {
        String text = query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
        return text.isEmpty() ? "" : "?" + text;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
