package org.dmsc.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Requests to a registry: JSON out and in, the URLs in turn, again when that can help. */
final class RegistryHttp {

    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

    /** What Confluent's own client tries again. */
    private static final Set<Integer> AGAIN = Set.of(408, 429, 500, 502, 503, 504);

    private final RestRegistrySettings settings;
    private final HttpClient client;

    RegistryHttp(RestRegistrySettings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.timeout())
                .build();
    }

    /** An answer; the body is a missing node when it is not JSON. */
    record Answer(int status, JsonNode body) {

        boolean ok() {
            return status == 200;
        }

        boolean isError(int code) {
            return status >= 400 && body.path("error_code").asInt() == code;
        }

        String complaint() {
            return "HTTP " + status + " "
                    + body.path("error_code").asText("") + " "
                    + Printable.of(body.path("message").asText(""));
        }
    }

    Answer get(String path) {
        return send(path, HttpRequest.newBuilder().GET());
    }

    Answer post(String path, String json) {
        return send(
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", MEDIA_TYPE)
                        .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private Answer send(String path, HttpRequest.Builder request) {
        request.timeout(settings.timeout()).header("Accept", MEDIA_TYPE + ", application/json");
        settings.authorization().ifPresent(header -> request.header("Authorization", header));
        String complaint = "";
        Duration pause = settings.pause();
        int tries = Math.max(settings.retries() + 1, settings.bases().size());
        for (int i = 0; i < tries; i++) {
            if (i > 0) {
                sleep(pause);
                pause = pause.multipliedBy(2);
            }
            URI uri = resolve(settings.bases().get(i % settings.bases().size()), path);
            try {
                HttpResponse<String> response =
                        client.send(request.uri(uri).build(), HttpResponse.BodyHandlers.ofString());
                if (!AGAIN.contains(response.statusCode())) {
                    return new Answer(response.statusCode(), json(response.body()));
                }
                complaint = "HTTP " + response.statusCode() + " from " + uri.getAuthority();
            } catch (IOException e) {
                complaint = e.getClass().getSimpleName() + " " + e.getMessage() + " from " + uri.getAuthority();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RefusedException(Refusal.UNAVAILABLE, "interrupted while asking the schema registry");
            }
        }
        throw new RefusedException(
                Refusal.UNAVAILABLE,
                "the schema registry did not answer " + tries + " times, last: " + complaint
                        + " (expected a Confluent-compatible registry at " + settings.bases() + ")");
    }

    private static URI resolve(URI base, String path) {
        String prefix = base.toString();
        return URI.create((prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + path);
    }

    private static JsonNode json(String body) {
        try {
            return SchemaTexts.JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Refusal.UNAVAILABLE, "interrupted while asking the schema registry");
        }
    }
}
