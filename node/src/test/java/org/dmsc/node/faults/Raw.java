package org.dmsc.node.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.dmsc.node.testing.Answer;

/** A client that sends whatever it is told to, with just the headers it is told to. */
final class Raw {

    static final Map<String, String> JSON_1_0 = Map.of("Content-Type", "application/json", "A2A-Version", "1.0");

    static final ObjectMapper JSON = new ObjectMapper();

    private final String base;
    private final HttpClient client;

    Raw(String base, SSLContext tls) {
        this(base, tls, HttpClient.Version.HTTP_2);
    }

    Raw(String base, SSLContext tls, HttpClient.Version version) {
        this.base = base;
        this.client = HttpClient.newBuilder().sslContext(tls).version(version).build();
    }

    Answer post(String path, String body) {
        return post(path, body, JSON_1_0);
    }

    Answer post(String path, String body, Map<String, String> headers) {
        return answer(request(path, headers)
                .POST(BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))
                .build());
    }

    Answer rpc(String path, String method, JsonNode params) {
        return post(
                path,
                JSON.createObjectNode()
                        .put("jsonrpc", "2.0")
                        .put("id", 7)
                        .put("method", method)
                        .set("params", params)
                        .toString());
    }

    Answer get(String path, Map<String, String> headers) {
        return answer(request(path, headers).GET().build());
    }

    /** Sends, and leaves it to the caller to wait or to hang up. */
    CompletableFuture<HttpResponse<InputStream>> begin(String path, String body) {
        return client.sendAsync(
                request(path, JSON_1_0).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(90));
        headers.forEach(request::header);
        return request;
    }

    private Answer answer(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            return new Answer(response.statusCode(), parsed(response.body()), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(request.uri().toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode parsed(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode().put("notJson", body);
        }
    }
}
