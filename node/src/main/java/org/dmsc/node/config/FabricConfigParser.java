package org.dmsc.node.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.bridge.http.Manners;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.dpop.PublicNames;

/** Makes a {@link FabricConfig} of the tree's top, with the rules that span keys. Faults go into the section's list. */
final class FabricConfigParser {

    static final int DEFAULT_KAFKA_PORT = 19092;
    static final int DEFAULT_HTTP_PORT = 8443;
    static final int DEFAULT_MQTT_PORT = 8883;
    static final int DEFAULT_KEY_PORT = 8446;

    private static final int NO_PORT = -1;
    private static final int LAST_PORT = 65_535;
    private static final int LONGEST_DRAIN = 300;
    private static final int MOST_LANES = 256;
    private static final long MAX_BODY = 10L * 1024 * 1024;
    private static final String LOOPBACK = "127.0.0.1";
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final Pattern NODE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");
    private static final Pattern BOOTSTRAP = Pattern.compile("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*");

    private static final String SECURITY_PROTOCOL = "security.protocol";

    private final Section top;

    FabricConfigParser(Section top) {
        this.top = top;
    }

    FabricConfig parse() {
        Path data = path("data").orElse(Path.of("dmsc-data"));
        Path keys = path("keys").orElse(data.resolve("keys"));
        Set<Role> roles = roles();
        KafkaConfig kafka = kafka(roles);
        short replication = (short) top.number("replication", 1, 1, 7);
        if (replication > 1 && roles.contains(Role.BROKER)) {
            top.fault(
                    "replication",
                    "'" + replication
                            + "' (expected 1 with the embedded broker, which is one; for more copies use an outside cluster: kafka.bootstrap)");
        }
        String node = matching("node", "node-1", NODE, "1 to 40 of a-z, 0-9 and '-'");
        FabricConfig config = new FabricConfig(
                data,
                keys,
                roles,
                node,
                matching("domain", "fabric.localhost", DOMAIN, "a DNS name in lower case, such as fabric.example.org"),
                top.number("lanes", 4, 1, MOST_LANES),
                replication,
                kafka,
                http(),
                mqtt(),
                est(),
                schemaRegistry(),
                limits(),
                new FetchSection(top).parse(),
                new VaultSection(top, "vault").parse(),
                new VaultSection(top, "authorities").parse(),
                edge("key-service", DEFAULT_KEY_PORT),
                new QuerySection(top).parse(),
                new EnrolSection(top).parse(roles),
                new ConnectorsSection(top).parse(node, roles),
                new AuditSection(top).witnesses(),
                new EmbeddingsSection(top).parse());
        top.finish();
        return config;
    }

    private Set<Role> roles() {
        Set<Role> all = EnumSet.allOf(Role.class);
        Optional<List<String>> given = top.list("roles");
        if (given.isEmpty()) {
            // Someone who says where Kafka is wants no second broker.
            return top.section("kafka").text("bootstrap").isPresent()
                    ? EnumSet.complementOf(EnumSet.of(Role.BROKER, Role.KEYS))
                    : Role.usual();
        }
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String label : given.get()) {
            Optional<Role> role =
                    all.stream().filter(r -> r.label().equals(label)).findAny();
            role.ifPresentOrElse(
                    roles::add, () -> top.fault("roles", "'" + label + "' (expected some of " + labels(all) + ")"));
        }
        if (given.get().isEmpty()) {
            top.fault("roles", "none (expected some of " + labels(all) + ")");
        }
        return roles.isEmpty() ? Role.usual() : roles;
    }

    private static String labels(Set<Role> roles) {
        return roles.stream().map(Role::label).collect(Collectors.joining(", "));
    }

    private KafkaConfig kafka(Set<Role> roles) {
        Section section = top.section("kafka");
        String bootstrap = section.text("bootstrap").orElse("");
        if (!bootstrap.isEmpty() && !BOOTSTRAP.matcher(bootstrap).matches()) {
            section.fault("bootstrap", "'" + bootstrap + "' (expected host:port, or several with commas)");
        }
        boolean broker = roles.contains(Role.BROKER);
        if (broker && !bootstrap.isEmpty()) {
            section.fault(
                    "bootstrap",
                    "'" + bootstrap
                            + "' together with role broker (expected one of both: leave role broker out, or drop kafka.bootstrap)");
        }
        if (!broker && bootstrap.isEmpty()) {
            section.fault(
                    "bootstrap",
                    "missing, and role broker is not among the roles (expected --kafka host:port of the broker)");
        }
        Map<String, String> client = section.map("client");
        // Who says how to speak to a Kafka elsewhere does not want the fabric's certificates there.
        Toggle tls = section.toggle("tls", client.containsKey(SECURITY_PROTOCOL) ? Toggle.OFF : Toggle.ON);
        String host = address(section);
        if (broker && tls == Toggle.OFF && !isLoopback(host)) {
            section.fault(
                    "host",
                    "'" + host
                            + "' with kafka.tls off (expected a loopback address; leave kafka.tls on to serve other machines)");
        }
        KafkaConfig kafka =
                new KafkaConfig(bootstrap, host, section.number("port", defaultPort(roles), 0, LAST_PORT), tls, client);
        section.finish();
        return kafka;
    }

    /** A broker that serves other processes must be findable; one for this process alone must not get in anybody's way. */
    private static int defaultPort(Set<Role> roles) {
        return roles.equals(EnumSet.of(Role.BROKER)) ? DEFAULT_KAFKA_PORT : 0;
    }

    private HttpConfig http() {
        Section section = top.section("http");
        String named = section.text("profile").orElse(ErrorProfile.V1_0_1.number());
        Optional<ErrorProfile> profile = Arrays.stream(ErrorProfile.values())
                .filter(one -> one.number().equals(named))
                .findFirst();
        if (profile.isEmpty()) {
            section.fault("profile", "'" + named + "' (expected 1.0.1 or 1.0.0)");
        }
        HttpConfig http = new HttpConfig(
                address(section),
                section.number("port", DEFAULT_HTTP_PORT, 0, LAST_PORT),
                profile.orElse(ErrorProfile.V1_0_1),
                manners(section),
                publicUrls(section));
        section.finish();
        return http;
    }

    private MqttConfig mqtt() {
        Section section = top.section("mqtt");
        String host = address(section);
        int port = section.number("port", DEFAULT_MQTT_PORT, 0, LAST_PORT);
        int webSocket = section.number("websocket-port", NO_PORT, 0, LAST_PORT);
        if (webSocket > 0 && webSocket == port) {
            section.fault("websocket-port", "'" + webSocket + "' is mqtt.port, too (expected another)");
        }
        section.finish();
        return new MqttConfig(host, port, webSocket == NO_PORT ? OptionalInt.empty() : OptionalInt.of(webSocket));
    }

    private static Manners manners(Section section) {
        List<String> origins = new ArrayList<>();
        for (String origin : section.list("cors-origins").orElse(List.of())) {
            try {
                Manners.requireOrigin(origin);
                origins.add(origin);
            } catch (RefusedException e) {
                section.fault(
                        "cors-origins", "'" + origin + "' (expected https://host or https://host:port, in lower case)");
            }
        }
        int usual = (int) Manners.USUAL.drain().toSeconds();
        return Manners.USUAL.with(
                Duration.ofSeconds(section.number("drain-seconds", usual, 0, LONGEST_DRAIN)), origins);
    }

    private static List<URI> publicUrls(Section section) {
        List<URI> urls = new ArrayList<>();
        for (String named : section.list("public-urls").orElse(List.of())) {
            try {
                URI url = new URI(named);
                PublicNames.requireUrl(url);
                urls.add(url);
            } catch (URISyntaxException | RefusedException e) {
                section.fault("public-urls", "'" + named + "' (expected https://host or https://host:port)");
            }
        }
        return urls;
    }

    private EdgeConfig edge(String key, int port) {
        Section section = top.section(key);
        EdgeConfig edge = new EdgeConfig(address(section), section.number("port", port, 0, LAST_PORT));
        section.finish();
        return edge;
    }

    private Optional<EdgeConfig> est() {
        Section section = top.section("est");
        int port = section.number("port", NO_PORT, 0, LAST_PORT);
        EdgeConfig edge = new EdgeConfig(address(section), port);
        section.finish();
        return port == NO_PORT ? Optional.empty() : Optional.of(edge);
    }

    private static String address(Section section) {
        String host = section.text("host").orElse(LOOPBACK);
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            section.fault("host", "'" + host + "' (expected an address or a name of this machine; 0.0.0.0 for all)");
            return LOOPBACK;
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private Optional<URI> schemaRegistry() {
        return top.text("schema-registry").filter(text -> !text.isEmpty()).flatMap(text -> {
            try {
                URI uri = new URI(text);
                if (Arrays.asList("http", "https").contains(uri.getScheme()) && uri.getHost() != null) {
                    return Optional.of(uri);
                }
            } catch (URISyntaxException notAUri) {
                // falls through to the fault below, which says the same
            }
            top.fault(
                    "schema-registry",
                    "'" + text + "' (expected the http or https URL of a Confluent-compatible registry)");
            return Optional.empty();
        });
    }

    private FabricConfig.Limits limits() {
        Section section = top.section("limits");
        FabricConfig.Limits limits = new FabricConfig.Limits(
                section.longNumber("max-body-bytes", MAX_BODY, 1024, MAX_BODY),
                duration(section, "certificate-life", Duration.ofHours(24)));
        section.finish();
        return limits;
    }

    private static Duration duration(Section section, String key, Duration otherwise) {
        Optional<String> text = section.text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            Duration value = Duration.parse("PT" + text.get().toUpperCase(java.util.Locale.ROOT));
            if (!value.isNegative() && !value.isZero()) {
                return value;
            }
        } catch (DateTimeParseException notADuration) {
            // falls through to the fault below, which says the same
        }
        section.fault(key, "'" + text.get() + "' (expected a time such as 90s, 30m or 24h)");
        return otherwise;
    }

    private String matching(String key, String otherwise, Pattern shape, String expected) {
        String text = top.text(key).orElse(otherwise);
        if (!shape.matcher(text).matches()) {
            top.fault(key, "'" + text + "' (expected " + expected + ")");
            return otherwise;
        }
        return text;
    }

    private Optional<Path> path(String key) {
        return top.text(key).flatMap(text -> {
            try {
                String home = System.getProperty("user.home", "");
                return Optional.of(Path.of(text.startsWith("~/") ? home + text.substring(1) : text));
            } catch (InvalidPathException e) {
                top.fault(key, "'" + text + "' (expected a folder's path)");
                return Optional.empty();
            }
        });
    }
}
