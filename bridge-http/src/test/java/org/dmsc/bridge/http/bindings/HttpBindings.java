package org.dmsc.bridge.http.bindings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.Operation;

/** The two bindings that carry JSON, by the JDK's own client. */
public final class HttpBindings {

    private HttpBindings() {}

    /** JSON-RPC at the gateway's own address. */
    public static Binding jsonRpc(HttpClient client, URI base) {
        return new OverHttp(client) {
            @Override
            HttpRequest.Builder request(Operation operation, ObjectNode request) {
                ObjectNode call =
                        A2aJson.object().put("jsonrpc", "2.0").put("id", 7).put("method", operation.wireName());
                call.set("params", request);
                return HttpRequest.newBuilder(base.resolve("/a2a"))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(A2aJson.bytes(call)));
            }

            @Override
            JsonNode result(JsonNode body) {
                return body.path("result");
            }

            @Override
            JsonNode info(JsonNode body) {
                return body.path("error").path("data").path(0);
            }
        };
    }

    /** HTTP+JSON at the gateway's own address. */
    public static Binding rest(HttpClient client, URI base) {
        return new OverHttp(client) {
            @Override
            HttpRequest.Builder request(Operation operation, ObjectNode request) {
                return Rest.request(base, operation, request);
            }

            @Override
            JsonNode result(JsonNode body) {
                return body;
            }

            @Override
            JsonNode info(JsonNode body) {
                return body.path("error").path("details").path(0);
            }
        };
    }

    /** Paths and queries, written from the contract once more: the server's own table must not judge itself. */
    private static final class Rest {

        static HttpRequest.Builder request(URI base, Operation operation, ObjectNode request) {
            String id = request.path("id").asText("");
            String task = request.path("taskId").asText("");
            String configs = "/tasks/" + encoded(task) + "/pushNotificationConfigs";
            String tenant =
                    request.has("tenant") ? "/" + encoded(request.get("tenant").asText()) : "";
            return switch (operation) {
                case SEND_MESSAGE -> post(base, tenant + "/message:send", request);
                case SEND_STREAMING_MESSAGE -> post(base, tenant + "/message:stream", request);
                case GET_TASK ->
                    get(
                            base,
                            tenant + "/tasks/" + encoded(id),
                            request.deepCopy().without("id"));
                case LIST_TASKS -> get(base, tenant + "/tasks", request);
                case CANCEL_TASK -> post(base, tenant + "/tasks/" + encoded(id) + ":cancel", A2aJson.object());
                case SUBSCRIBE_TO_TASK -> get(base, tenant + "/tasks/" + encoded(id) + ":subscribe", A2aJson.object());
                case CREATE_PUSH_CONFIG ->
                    post(base, tenant + configs, request.deepCopy().without("taskId"));
                case GET_PUSH_CONFIG -> get(base, tenant + configs + "/" + encoded(id), A2aJson.object());
                case LIST_PUSH_CONFIGS -> get(base, tenant + configs, A2aJson.object());
                case DELETE_PUSH_CONFIG ->
                    HttpRequest.newBuilder(base.resolve(tenant + configs + "/" + encoded(id)))
                            .DELETE();
                case GET_EXTENDED_AGENT_CARD -> get(base, tenant + "/extendedAgentCard", A2aJson.object());
            };
        }

        private static HttpRequest.Builder post(URI base, String path, JsonNode body) {
            return HttpRequest.newBuilder(base.resolve(path))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(A2aJson.bytes(body)));
        }

        private static HttpRequest.Builder get(URI base, String path, JsonNode query) {
            List<String> pairs = new ArrayList<>();
            for (Iterator<Map.Entry<String, JsonNode>> all = query.fields(); all.hasNext(); ) {
                Map.Entry<String, JsonNode> one = all.next();
                if (!one.getKey().equals("tenant")) {
                    pairs.add(one.getKey() + "=" + encoded(one.getValue().asText()));
                }
            }
            String suffix = pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
            return HttpRequest.newBuilder(base.resolve(path + suffix)).GET();
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        }
    }

    private abstract static class OverHttp implements Binding {

        private final HttpClient client;

        OverHttp(HttpClient client) {
            this.client = client;
        }

        abstract HttpRequest.Builder request(Operation operation, ObjectNode request);

        abstract JsonNode result(JsonNode body);

        abstract JsonNode info(JsonNode body);

        @Override
        public Outcome call(Operation operation, ObjectNode request, Map<String, String> headers) throws Exception {
            HttpRequest.Builder asked = request(operation, request)
                    .timeout(Duration.ofSeconds(60))
                    .header("Content-Type", "application/json");
            headers.forEach(asked::header);
            HttpResponse<String> answer = client.send(asked.build(), HttpResponse.BodyHandlers.ofString());
            boolean streamed =
                    answer.headers().firstValue("content-type").orElse("").startsWith("text/event-stream");
            List<String> bodies = streamed
                    ? answer.body()
                            .lines()
                            .filter(line -> line.startsWith("data: "))
                            .map(line -> line.substring(6))
                            .toList()
                    : List.of(answer.body());
            List<Message> responses = new ArrayList<>();
            for (String body : bodies) {
                ObjectNode json = A2aJson.parse(body.getBytes(StandardCharsets.UTF_8));
                if (json.has("error")) {
                    return new Outcome(responses, trouble(json));
                }
                responses.add(WireTypes.read(operation, result(json).toString()));
            }
            return new Outcome(responses, Outcome.NONE);
        }

        private Trouble trouble(JsonNode body) {
            JsonNode info = info(body);
            return new Trouble(
                    info.path("reason").asText(),
                    info.path("domain").asText(),
                    body.path("error").path("message").asText());
        }

        @Override
        public void close() {}
    }
}
