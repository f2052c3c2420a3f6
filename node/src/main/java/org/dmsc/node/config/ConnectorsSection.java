package org.dmsc.node.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.connector.AgentNames;
import org.dmsc.bridge.mqtt.connector.OutsideTopics;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** Reads the key {@code connectors}: outside MQTT brokers by their names here. */
final class ConnectorsSection {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern PREFIX = Pattern.compile("([A-Za-z0-9_. -]{1,64}/){0,8}");
    private static final Pattern CLIENT_ID = Pattern.compile("[!-~]{1,256}");
    private static final int LAST_PORT = 65_535;
    private static final int MOST_ON_THE_WAY = 200;
    private static final Duration LONGEST_SESSION = Duration.ofDays(7);

    private final Section top;
    private final Set<String> clients = new HashSet<>();

    ConnectorsSection(Section top) {
        this.top = top;
    }

    List<ConnectorConfig> parse(String node, Set<Role> roles) {
        List<ConnectorConfig> all = new ArrayList<>();
        Map<String, Section> given = top.sections("connectors");
        given.forEach((name, section) -> {
            if (!NAME.matcher(name).matches()) {
                top.fault("connectors." + name, "is no name (expected 1 to 40 of a-z, 0-9 and '-')");
            }
            one(name, section, node).ifPresent(all::add);
            section.finish();
        });
        if (!given.isEmpty() && !roles.contains(Role.MQTT)) {
            top.fault("connectors", "without role mqtt (expected mqtt among the roles, or no connectors)");
        }
        return all;
    }

    private Optional<ConnectorConfig> one(String name, Section section, String node) {
        Optional<URI> url = url(section);
        Device.Version version = version(section);
        String clientId = matching(section, "client-id", "dmsc-" + node + "-" + name, CLIENT_ID, "1 to 256 characters");
        if (!clients.add(url.map(URI::getAuthority).orElse("") + " " + clientId)) {
            section.fault("client-id", "'" + clientId + "' twice at one broker (expected one of its own)");
        }
        Optional<TenantId> tenant = tenant(section);
        OutsideTopics topics = new OutsideTopics(
                tenant.orElse(new TenantId("none")),
                matching(section, "prefix", "", PREFIX, "levels that end with '/'"),
                matching(section, "org", tenant.map(TenantId::value).orElse("none"), WORD, "letters, digits, '_.-'"),
                matching(section, "unit", "main", WORD, "letters, digits, '_.-'"));
        AgentNames agents = agents(section);
        List<AgentId> exposed = exposed(section, agents);
        ConnectorConfig.Files files = files(section, url);
        Duration session = session(section);
        int receive = section.number("receive-maximum", 100, 1, MOST_ON_THE_WAY);
        List<String> pools = pools(section, version);
        return url.map(at -> new ConnectorConfig(
                name, at, version, clientId, topics, agents, exposed, pools, files, session, receive));
    }

    private static Optional<URI> url(Section section) {
        Optional<String> text = section.text("url");
        if (text.isEmpty()) {
            section.fault("url", "missing (expected ssl://host:8883)");
            return Optional.empty();
        }
        try {
            URI url = new URI(text.get());
            boolean whole = url.getHost() != null
                    && url.getPort() > 0
                    && url.getPort() <= LAST_PORT
                    && url.getPath().isEmpty()
                    && url.getUserInfo() == null;
            if (whole && (url.getScheme().equals("ssl") || (url.getScheme().equals("tcp") && isHere(url.getHost())))) {
                return Optional.of(url);
            }
        } catch (URISyntaxException | UnknownHostException e) {
            // falls through to the fault below, which says the same
        }
        section.fault(
                "url",
                "'" + text.get()
                        + "' (expected ssl://host:port, with TLS 1.3; tcp://127.0.0.1:port for a broker of this machine)");
        return Optional.empty();
    }

    private static boolean isHere(String host) throws UnknownHostException {
        return InetAddress.getByName(host).isLoopbackAddress();
    }

    private static Device.Version version(Section section) {
        String text = section.text("version").orElse("5");
        switch (text) {
            case "5":
                return Device.Version.MQTT5;
            case "3.1.1":
                return Device.Version.MQTT311;
            default:
                section.fault("version", "'" + text + "' (expected 5 or 3.1.1, in quotes)");
                return Device.Version.MQTT5;
        }
    }

    private static Optional<TenantId> tenant(Section section) {
        Optional<String> text = section.text("tenant");
        try {
            if (text.isPresent()) {
                return text.map(TenantId::new);
            }
            section.fault("tenant", "missing (expected the tenant whose agents these devices are)");
        } catch (RefusedException e) {
            section.fault("tenant", e.sentence());
        }
        return Optional.empty();
    }

    private static AgentNames agents(Section section) {
        List<String> names = section.list("agents").orElse(List.of());
        if (names.isEmpty()) {
            section.fault(
                    "agents",
                    "missing (expected names of agents that may speak through this broker, such as sensor-*)");
        }
        names.stream()
                .filter(name -> !AgentNames.SHAPE.matcher(name).matches())
                .forEach(name ->
                        section.fault("agents", "'" + name + "' (expected an agent's name, or its beginning and '*')"));
        return new AgentNames(names);
    }

    private static List<AgentId> exposed(Section section, AgentNames agents) {
        List<AgentId> all = new ArrayList<>();
        for (String name : section.list("expose").orElse(List.of())) {
            try {
                AgentId agent = new AgentId(name);
                if (agents.has(agent)) {
                    section.fault(
                            "expose", "'" + name + "' is one of agents, too (expected an agent of one side only)");
                }
                all.add(agent);
            } catch (RefusedException e) {
                section.fault("expose", e.sentence());
            }
        }
        return all;
    }

    private static List<String> pools(Section section, Device.Version version) {
        List<String> pools = section.list("pools").orElse(List.of());
        if (!pools.isEmpty() && version != Device.Version.MQTT5) {
            section.fault("pools", "with version 3.1.1 (expected none: the envelope has no pools)");
        }
        pools.stream()
                .filter(pool -> !WORD.matcher(pool).matches())
                .forEach(pool -> section.fault("pools", "'" + pool + "' (expected letters, digits, '_.-')"));
        return pools;
    }

    private static ConnectorConfig.Files files(Section section, Optional<URI> url) {
        ConnectorConfig.Files files = new ConnectorConfig.Files(
                file(section, "ca"),
                file(section, "certificate"),
                file(section, "key"),
                section.text("user"),
                file(section, "password-file"));
        if (files.certificate().isPresent() != files.key().isPresent()) {
            section.fault("certificate", "and key (expected both or none)");
        }
        if (files.password().isPresent() && files.user().isEmpty()) {
            section.fault("password-file", "without user (expected both)");
        }
        boolean tls = url.filter(at -> at.getScheme().equals("ssl")).isPresent();
        if (url.isPresent()
                && !tls
                && (files.ca().isPresent() || files.certificate().isPresent())) {
            section.fault("url", "is tcp:// with certificates (expected ssl://)");
        }
        return files;
    }

    private static Optional<Path> file(Section section, String key) {
        Optional<Path> path = section.text(key).map(Path::of);
        path.filter(file -> !java.nio.file.Files.isReadable(file))
                .ifPresent(file -> section.fault(key, "'" + file + "' cannot be read (expected a file)"));
        return path;
    }

    private static Duration session(Section section) {
        String text = section.text("session").orElse("1h");
        try {
            Duration value = Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
            if (!value.isNegative() && !value.isZero() && value.compareTo(LONGEST_SESSION) <= 0) {
                return value;
            }
        } catch (DateTimeParseException e) {
            // falls through to the fault below, which says the same
        }
        section.fault("session", "'" + text + "' (expected a time such as 90s, 30m or 24h, at most 168h)");
        return Duration.ofHours(1);
    }

    private static String matching(Section section, String key, String otherwise, Pattern shape, String expected) {
        String text = section.text(key).orElse(otherwise);
        if (!shape.matcher(text).matches()) {
            section.fault(key, "'" + text + "' (expected " + expected + ")");
            return otherwise;
        }
        return text;
    }
}
