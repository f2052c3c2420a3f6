package org.dmsc.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TopicNames;
import org.junit.jupiter.api.Test;

/** docs/api says what the code does: each route that is served, each topic and each schema, and nothing else. */
final class ApiDocsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path EDGE = ROOT.resolve("bridge-http/src/main/java/org/dmsc/bridge/http");
    private static final Pattern ROUTE =
            Pattern.compile("call\\.is\\(\\s*HttpMethod\\.([A-Z]+)((?:,\\s*(?:\"[^\"]*\"|PUSH))*)\\s*\\)");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "head", "options", "patch");

    /** Of A2A 0.3, whose specification describes it, and all that is below {@code /v1} for its callers. */
    private static final String OLD = "GET /v1/card";

    /** What is not a {@code call.is(…)}: the file, the words in it that make it a route, the routes. */
    private static final List<Spelled> SPELLED = List.of(
            new Spelled("PublicPages", "case \"/live\":", "GET /live"),
            new Spelled("PublicPages", "case \"/ready\":", "GET /ready"),
            new Spelled("PublicPages", "case \"/openapi.yaml\":", "GET /openapi.yaml"),
            new Spelled("PublicPages", "case \"/asyncapi.yaml\":", "GET /asyncapi.yaml"),
            new Spelled("PublicPages", "\"/.well-known/agent-card.json\"", "GET /.well-known/agent-card.json"),
            new Spelled("CardSeal", "\"/.well-known/card-keys.json\"", "GET /.well-known/card-keys.json"),
            new Spelled("OAuthPages", "\"/oauth2/token\"", "POST /oauth2/token"),
            new Spelled("OAuthPages", "\"/oauth2/jwks\"", "GET /oauth2/jwks"),
            new Spelled(
                    "OAuthPages",
                    "\"/.well-known/oauth-authorization-server\"",
                    "GET /.well-known/oauth-authorization-server"),
            est("GET", "cacerts"),
            est("GET", "csrattrs"),
            est("POST", "simpleenroll"),
            est("POST", "simplereenroll"),
            new Spelled("EstPages", "\"/crl/\"", "GET /crl/*"),
            new Spelled("SchemaPage", "case \"config\" ->", "GET /config", "GET /config/*"),
            new Spelled("SchemaPage", "case \"mode\" ->", "GET /mode"));

    private record Spelled(String file, String words, Set<String> routes) {
        Spelled(String file, String words, String... routes) {
            this(file, words, Set.of(routes));
        }
    }

    private static Spelled est(String method, String operation) {
        return new Spelled(
                "EstPages",
                "case \"" + method + " " + operation + "\":",
                method + " /.well-known/est/" + operation,
                method + " /.well-known/est/*/" + operation);
    }

    @Test
    void describesExactlyTheRoutesThatAreServed() {
        assertThat(described()).containsExactlyInAnyOrderElementsOf(served());
    }

    @Test
    void namesEveryOperationOnceAndRefersToWhatIsThere() {
        JsonNode openApi = yaml("openapi.yaml");
        List<String> ids = openApi.findValuesAsText("operationId");

        assertThat(openApi.path("openapi").asText()).startsWith("3.1.");
        assertThat(ids).isNotEmpty().doesNotHaveDuplicates();
        for (JsonNode document : List.of(openApi, yaml("asyncapi.yaml"))) {
            for (String ref : document.findValuesAsText("$ref")) {
                assertThat(document.at(ref.substring(1)).isMissingNode())
                        .as(ref)
                        .isFalse();
            }
        }
    }

    @Test
    void describesExactlyTheTopicsOfKafka() throws IllegalAccessException {
        Set<String> known = new TreeSet<>();
        for (Field field : TopicNames.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.get(null) instanceof String name) {
                known.add(name);
            }
        }
        for (TopicNames.Channel channel : TopicNames.Channel.values()) {
            known.add("dmsc.{tenant}." + channel.label());
        }

        assertThat(addresses("kafka")).isEqualTo(known);
    }

    @Test
    void describesTheTopicsOfMqtt() {
        AgentRef agent = AgentRef.of("tenant", "agent");
        Set<String> known = Stream.of(DeviceTopic.Kind.values())
                .filter(kind -> kind != DeviceTopic.Kind.REPLY)
                .map(kind -> DeviceTopic.of(kind, agent).text())
                .collect(Collectors.toCollection(TreeSet::new));
        known.add(new DeviceTopic(DeviceTopic.Kind.REPLY, agent, Optional.of("suffix")).text());
        known.add("$a2a/v1/request/tenant/main/pool/pool");

        assertThat(addresses("mqtt").stream().map(address -> address.replaceAll("[{}]", "")))
                .containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void namesEverySchema() throws IOException {
        JsonNode asyncApi = yaml("asyncapi.yaml");
        Set<String> named = new TreeSet<>(asyncApi.findValuesAsText("x-avro-schema"));
        asyncApi.findValues("x-sealed-inside").forEach(list -> list.forEach(name -> named.add(name.asText())));
        asyncApi.findValues("x-state-stores").forEach(list -> list.forEach(name -> named.add(name.asText())));
        try (Stream<Path> files = Files.list(ROOT.resolve("schemas/src/main/avro"))) {
            assertThat(named)
                    .isEqualTo(files.map(file -> file.getFileName().toString())
                            .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private static Set<String> addresses(String server) {
        Set<String> addresses = new TreeSet<>();
        for (JsonNode channel : yaml("asyncapi.yaml").path("channels")) {
            if (channel.at("/servers/0/$ref").asText().endsWith("/" + server)) {
                addresses.add(channel.path("address").asText());
            }
        }
        return addresses;
    }

    private static Set<String> described() {
        Set<String> routes = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path :
                yaml("openapi.yaml").path("paths").properties()) {
            String shape = path.getKey().replaceAll("\\{[^}]*}", "*");
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (METHODS.contains(operation.getKey())) {
                    routes.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + shape);
                }
            }
        }
        return routes;
    }

    private static Set<String> served() {
        Set<String> routes = new TreeSet<>();
        try (Stream<Path> files = Files.list(EDGE)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> routes.addAll(routes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Spelled spelled : SPELLED) {
            assertThat(text(EDGE.resolve(spelled.file() + ".java")))
                    .as(spelled.file())
                    .contains(spelled.words());
            routes.addAll(spelled.routes());
        }
        return routes;
    }

    private static Set<String> routes(Path file) {
        Set<String> routes = new TreeSet<>();
        boolean rest = file.endsWith("RestRoute.java");
        Matcher matcher = ROUTE.matcher(text(file));
        while (matcher.find()) {
            String path = matcher.group(2)
                    .replaceAll("PUSH", "pushNotificationConfigs")
                    .replaceAll(",\\s*", "/");
            String route = matcher.group(1) + " " + (path.isEmpty() ? "/" : path.replace("\"", ""));
            if (route.equals(OLD)) {
                continue;
            }
            for (String one : verbs(route)) {
                routes.add(one);
                if (rest) {
                    routes.add(one.replaceFirst(" ", " /agents/*"));
                    routes.add(one.replaceFirst(" ", " /*"));
                }
            }
        }
        return routes;
    }

    /** What stands behind a colon at the end of the last segment. */
    private static List<String> verbs(String route) {
        switch (route) {
            case "GET /tasks/*":
                return List.of(route, route + ":subscribe");
            case "POST /tasks/*":
                return List.of(route + ":cancel", route + ":subscribe");
            case "POST /v1/agents/*/inbox/*":
                return List.of(route, route + ":ack");
            default:
                return List.of(route);
        }
    }

    private static JsonNode yaml(String name) {
        try {
            return new ObjectMapper(new YAMLFactory())
                    .readTree(text(ROOT.resolve("docs/api").resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
