package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Fields;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.fetch.Destination;

/**
 * How an HTTP service is called: what its registration says under {@code dmsc.plain}. Immutable.
 *
 * @param url its place does not depend on what is filled in: only path and query do
 * @param body empty for none; a text for {@code text/plain}, anything else as JSON
 * @param answer where in a JSON answer the result is; empty for the whole of it
 * @param statuses HTTP statuses, {@code 404} or {@code 4xx}, that mean something else than usual
 * @param state where in a JSON answer the service says how it went
 * @param timeout of the whole answer, streamed or not; absent: 30 s, of a method that streams 300 s
 * @param grpc the method, when it is a gRPC service: the body is its request, and its response the answer
 */
public record PlainCall(
        Method method,
        String url,
        Map<String, String> headers,
        Optional<JsonNode> body,
        Duration timeout,
        Optional<JsonPointer> answer,
        Map<String, Meaning> statuses,
        Optional<StateField> state,
        Optional<GrpcMethod> grpc) {

    /** The method of the request. A GET is safe: it may be repeated whatever became of it. */
    enum Method {
        GET,
        POST
    }

    /** What an answer means. */
    enum Meaning {
        COMPLETED,
        FAILED,
        REJECTED,
        INPUT_REQUIRED,
        /** Nothing was done: somebody else, or the same service later, may do it. */
        UNAVAILABLE
    }

    /** Where an answer says how it went, and what its words mean. */
    record StateField(JsonPointer at, Map<String, Meaning> is) {}

    private static final int LONGEST_URL = 2048;
    private static final int LONGEST_HEADER = 4096;
    private static final int MOST_HEADERS = 32;
    private static final int LONGEST_POINTER = 256;
    private static final int MOST_STATES = 64;
    private static final long LONGEST_TIMEOUT_MS = 300_000;
    private static final long USUAL_TIMEOUT_MS = 30_000;
    private static final Pattern PLACE = Pattern.compile("https://[^/?#{}]+(/.*)?");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");
    private static final Pattern STATUS = Pattern.compile("[1-5]([0-9][0-9]|xx)");
    private static final Set<String> MEMBERS =
            Set.of("method", "url", "headers", "body", "timeoutMs", "answer", "statuses", "state", "grpc");

    /** What the client itself writes, and what only the fabric may say. */
    private static final Set<String> RESERVED = Set.of(
            "host",
            "content-length",
            "content-type",
            "connection",
            "transfer-encoding",
            "te",
            "upgrade",
            "keep-alive",
            "proxy-connection",
            "expect",
            "trailer",
            "traceparent",
            "idempotency-key");

    public PlainCall {
        headers = Map.copyOf(headers);
        statuses = Map.copyOf(statuses);
    }

    /**
     * Reads what a registration says.
     *
     * @throws RefusedException INVALID_REQUEST, naming the member; ADDRESS_NOT_ALLOWED for a place that no rule can ever allow
     */
    public static PlainCall of(ObjectNode json) {
        Fields fields = new Fields(json, "dmsc.plain", Refusal.INVALID_REQUEST);
        json.fieldNames().forEachRemaining(name -> {
            if (!MEMBERS.contains(name)) {
                throw fields.wrong(Printable.of(name), "is not known", "one of " + MEMBERS);
            }
        });
        Method method = method(fields);
        Optional<JsonNode> body = Optional.ofNullable(json.get("body")).filter(given -> !given.isNull());
        if (method == Method.GET && body.isPresent()) {
            throw fields.wrong("body", "is given", "none for GET");
        }
        Optional<GrpcMethod> grpc = fields.object("grpc")
                .map(given -> GrpcMethod.of(new Fields(given, "dmsc.plain.grpc", Refusal.INVALID_REQUEST)));
        long usual = grpc.filter(GrpcMethod::streams).isPresent() ? LONGEST_TIMEOUT_MS : USUAL_TIMEOUT_MS;
        PlainCall call = new PlainCall(
                method,
                url(fields),
                headers(fields),
                body,
                Duration.ofMillis(
                        fields.whole("timeoutMs", 100, LONGEST_TIMEOUT_MS).orElse(usual)),
                pointer(fields, "answer"),
                statuses(fields),
                state(fields),
                grpc);
        body.ifPresent(PlainCall::requireTemplates);
        call.grpc.ifPresent(to -> call.requireRequest(to, fields));
        return call;
    }

    private void requireRequest(GrpcMethod to, Fields fields) {
        if (fields.has("method") || !(url.equals(placeOf(url)) || placeOf(url).equals(url + "/"))) {
            throw fields.wrong(
                    "grpc", "is given beside method, or a path", "an url of host and port only, and no method");
        }
        JsonNode request = body.orElseGet(A2aJson::object);
        if (!request.isObject()) {
            throw fields.wrong("body", "is no object", "the JSON of the method's request");
        }
        to.requireFields(request);
    }

    /** As it is kept: {@link #of} reads it back. */
    public static PlainCall parse(String json) {
        return of(A2aJson.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** Where it is called, whatever is filled in. */
    public Destination place() {
        return Destination.of(placeOf(url)).at("/");
    }

    private static Method method(Fields fields) {
        String given = fields.text("method", LONGEST_POINTER).orElse("POST");
        for (Method method : Method.values()) {
            if (method.name().equals(given)) {
                return method;
            }
        }
        throw fields.wrong("method", "is '" + Printable.of(given) + "'", "GET or POST");
    }

    private static String url(Fields fields) {
        String url = fields.requiredText("url", LONGEST_URL);
        if (!PLACE.matcher(url).matches()) {
            throw fields.wrong(
                    "url",
                    "is '" + Printable.of(url) + "'",
                    "https://host[:port]/path, with places in path and query only");
        }
        Template.of(url, "dmsc.plain.url");
        Destination.of(placeOf(url));
        return url;
    }

    private static String placeOf(String url) {
        int path = url.indexOf('/', "https://".length());
        return path < 0 ? url + "/" : url.substring(0, path + 1);
    }

    private static Map<String, String> headers(Fields fields) {
        Map<String, String> headers = new LinkedHashMap<>();
        ObjectNode given = fields.object("headers").orElseGet(A2aJson::object);
        for (Map.Entry<String, JsonNode> header : given.properties()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String value = header.getValue().asText("");
            boolean reserved = RESERVED.contains(name) || name.startsWith("dmsc-") || name.startsWith("a2a-");
            boolean clean = value.chars().allMatch(c -> c >= ' ' && c < 0x7f) && value.length() <= LONGEST_HEADER;
            if (reserved
                    || !clean
                    || !HEADER.matcher(name).matches()
                    || !header.getValue().isTextual()) {
                throw fields.wrong(
                        "headers",
                        "holds '" + Printable.of(name) + "'",
                        "names that the client does not write itself, and printable ASCII in their values");
            }
            headers.put(name, value);
        }
        if (headers.size() > MOST_HEADERS) {
            throw fields.wrong("headers", "has " + headers.size(), "at most " + MOST_HEADERS);
        }
        return headers;
    }

    private static Optional<JsonPointer> pointer(Fields fields, String name) {
        return fields.text(name, LONGEST_POINTER).map(text -> {
            try {
                return JsonPointer.compile(text);
            } catch (IllegalArgumentException e) {
                throw fields.wrong(name, "is '" + Printable.of(text) + "'", "a JSON pointer such as /result/text");
            }
        });
    }

    private static Map<String, Meaning> statuses(Fields fields) {
        Map<String, Meaning> statuses = meanings(fields, "statuses");
        for (String status : statuses.keySet()) {
            if (!STATUS.matcher(status).matches()) {
                throw fields.wrong("statuses", "holds '" + Printable.of(status) + "'", "404 or 4xx and the like");
            }
        }
        return statuses;
    }

    private static Map<String, Meaning> meanings(Fields fields, String name) {
        Map<String, Meaning> meanings = new HashMap<>();
        ObjectNode given = fields.object(name).orElseGet(A2aJson::object);
        for (Map.Entry<String, JsonNode> one : given.properties()) {
            String word = one.getValue().asText("");
            Meaning meaning = List.of(Meaning.values()).stream()
                    .filter(known -> known.name().equals(word))
                    .findFirst()
                    .orElseThrow(() -> fields.wrong(
                            name, "holds '" + Printable.of(word) + "'", "one of " + List.of(Meaning.values())));
            meanings.put(one.getKey(), meaning);
        }
        if (meanings.size() > MOST_STATES) {
            throw fields.wrong(name, "has " + meanings.size() + " members", "at most " + MOST_STATES);
        }
        return meanings;
    }

    private static Optional<StateField> state(Fields fields) {
        return fields.object("state").map(given -> {
            Fields state = new Fields(given, "dmsc.plain.state", Refusal.INVALID_REQUEST);
            JsonPointer at = pointer(state, "at").orElseThrow(() -> state.wrong("at", "is missing", "a JSON pointer"));
            return new StateField(at, meanings(state, "is"));
        });
    }

    private static void requireTemplates(JsonNode template) {
        if (template.isTextual()) {
            Template.of(template.textValue(), "dmsc.plain.body");
        }
        template.forEach(PlainCall::requireTemplates);
    }
}
