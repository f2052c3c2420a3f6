package org.dmsc.tenant.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A server with the widespread {@code POST /v1/embeddings} interface, at an address that the operator gives, not a tenant. Redirects are not
 * followed, an answer has at most 16 MiB, and the whole takes no longer than its time-out.
 */
public final class HttpEmbeddings implements EmbeddingProvider {

    private static final int OK = 200;
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final int MOST_DIMENSIONS = 16_384;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client;
    private final Settings settings;

    public HttpEmbeddings(Settings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * Where and how.
     *
     * @param base scheme, host and port, and what stands before {@code /v1/embeddings}
     * @param model as the server names it
     * @param key bearer token; empty for a server that wants none
     */
    public record Settings(URI base, String model, Optional<String> key, Duration timeout) {
        @Override
        public String toString() {
            return "Settings[" + base + ", " + model + ", key redacted, " + timeout + "]";
        }
    }

    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        return client.sendAsync(request(texts), this::bounded)
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> {
                    if (failure != null) {
                        throw failed("no answer: " + unwrapped(failure));
                    }
                    if (response.statusCode() != OK) {
                        throw failed("status " + response.statusCode());
                    }
                    return vectors(response.body(), texts.size());
                });
    }

    private HttpRequest request(List<String> texts) {
        ObjectNode body = json.createObjectNode().put("model", settings.model()).put("encoding_format", "float");
        ArrayNode input = body.putArray("input");
        texts.forEach(input::add);
        String base = settings.base().toString().replaceAll("/+$", "");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/v1/embeddings"))
                .timeout(settings.timeout())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()));
        settings.key().ifPresent(key -> request.header("Authorization", "Bearer " + key));
        return request.build();
    }

    /** The body as far as it may be long; a longer one is no JSON then. */
    private HttpResponse.BodySubscriber<byte[]> bounded(HttpResponse.ResponseInfo info) {
        return BodySubscribers.mapping(BodyHandlers.ofInputStream().apply(info), stream -> {
            try (stream) {
                return stream.readNBytes(MOST_BYTES);
            } catch (IOException e) {
                throw failed("answer broke off: " + e.getMessage());
            }
        });
    }

    private List<float[]> vectors(byte[] body, int wanted) {
        JsonNode data = parsed(body).path("data");
        float[][] all = new float[wanted][];
        for (JsonNode entry : data) {
            int index = entry.path("index").asInt(-1);
            if (index < 0 || index >= wanted || all[index] != null) {
                throw failed("vector number " + index + " (expected 0 to " + (wanted - 1) + ", each once)");
            }
            all[index] = vector(entry.path("embedding"));
        }
        List<float[]> vectors = new ArrayList<>();
        for (float[] vector : all) {
            if (vector == null || vector.length != all[0].length) {
                throw failed(data.size() + " vectors of different length or number (expected " + wanted + ")");
            }
            vectors.add(vector);
        }
        return vectors;
    }

    private JsonNode parsed(byte[] body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            throw failed("no JSON");
        } catch (IOException e) {
            throw failed("cannot be read");
        }
    }

    private float[] vector(JsonNode numbers) {
        if (!numbers.isArray() || numbers.isEmpty() || numbers.size() > MOST_DIMENSIONS) {
            throw failed("a vector of " + numbers.size() + " numbers (expected 1 to " + MOST_DIMENSIONS + ")");
        }
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) numbers.get(i).asDouble(Double.NaN);
            if (!Float.isFinite(vector[i])) {
                throw failed("a vector with something that is no number");
            }
        }
        return vector;
    }

    private static String unwrapped(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getClass().getSimpleName();
    }

    private RefusedException failed(String why) {
        return new RefusedException(
                Refusal.FETCH_FAILED, "embeddings of " + settings.base() + ": " + why + " (ranking goes on without)");
    }
}
