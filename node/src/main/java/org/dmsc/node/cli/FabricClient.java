package org.dmsc.node.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.jspecify.annotations.Nullable;

/** Calls a fabric's HTTP interface; what is not an answer becomes a {@link NodeException} with the fabric's own words. */
final class FabricClient {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String ANYTHING = "*/*";

    private final String base;
    private final SSLContext tls;

    FabricClient(String base, SSLContext tls) {
        this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        this.tls = tls;
    }

    JsonNode get(String path, Map<String, String> query) {
        return answer("GET", path + query(query), null, Header.NONE);
    }

    JsonNode get(String path) {
        return get(path, Map.of());
    }

    JsonNode post(String path, JsonNode body) {
        return post(path, body, Header.NONE);
    }

    /** The same, and hands over the header of that name where there is one. */
    JsonNode post(String path, JsonNode body, Header header) {
        return answer("POST", path, body.toString(), header);
    }

    /** A header of an answer, and who wants it. */
    record Header(String name, Consumer<String> taker) {

        private static final Header NONE = new Header("", value -> {});

        private void from(HttpsCall call) {
            if (!name.isEmpty()) {
                call.header(name).ifPresent(taker);
            }
        }
    }

    JsonNode put(String path, Map<String, String> query, JsonNode body) {
        return answer("PUT", path + query(query), body.toString(), Header.NONE);
    }

    JsonNode put(String path) {
        return answer("PUT", path, null, Header.NONE);
    }

    void delete(String path) {
        JsonNode unused = answer("DELETE", path, null, Header.NONE);
    }

    /** Posts and hands over each event of the answer's stream as it comes. */
    void stream(String path, JsonNode body, Header header, Consumer<JsonNode> events) {
        try (HttpsCall call = HttpsCall.send(tls, "POST", base + path, body.toString(), "text/event-stream")) {
            header.from(call);
            if (call.refused()) {
                throw refused(call.status(), parse(call.text()));
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(call.body(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("data:")) {
                        events.accept(parse(line.substring("data:".length())));
                    }
                }
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private JsonNode answer(String method, String pathAndQuery, @Nullable String body, Header header) {
        try {
            // Not closed: what was read to its end leaves its connection to the next request.
            HttpsCall call = HttpsCall.send(tls, method, base + pathAndQuery, body, ANYTHING);
            header.from(call);
            JsonNode found = parse(call.text());
            if (call.refused()) {
                throw refused(call.status(), found);
            }
            return found;
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private NodeException unreachable(IOException fault) {
        return new NodeException(
                ExitCode.UNREACHABLE,
                "no fabric answers at " + base + ": " + fault + " (expected a running node; start one with: dmsc up)",
                fault);
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
