package org.dmsc.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Reads the key {@code enrol}. */
final class EnrolSection {

    private static final URI NOWHERE = URI.create("https://localhost");

    private final Section top;

    EnrolSection(Section top) {
        this.top = top;
    }

    Optional<EnrolConfig> parse(Set<Role> roles) {
        Section section = top.section("enrol");
        Optional<String> token = section.text("token").filter(text -> !text.isBlank());
        Optional<URI> gateway = section.text("gateway").map(text -> https(section, "gateway", text));
        Optional<Path> ca = section.text("ca").map(Path::of);
        Optional<URI> keysNode = section.text("keys-node").map(text -> https(section, "keys-node", text));
        section.finish();
        if (token.isEmpty() && gateway.isEmpty() && ca.isEmpty() && keysNode.isEmpty()) {
            return Optional.empty();
        }
        if (gateway.isEmpty()) {
            section.fault("gateway", "missing (expected --gateway https://host:8443, a node that enrols others)");
        }
        if (ca.isEmpty()) {
            section.fault("ca", "missing (expected --ca FILE with the fabric's root certificate, its ca.pem)");
        }
        for (Role role : EnumSet.of(Role.BROKER, Role.KEYS)) {
            if (roles.contains(role)) {
                top.fault(
                        "roles",
                        "'" + role.label()
                                + "' together with enrol (expected it in a process with a keys folder: others enrol there)");
            }
        }
        URI at = gateway.orElse(NOWHERE);
        return Optional.of(new EnrolConfig(
                token,
                at,
                ca.orElse(Path.of("ca.pem")),
                keysNode.orElseGet(
                        () -> URI.create("https://" + at.getHost() + ":" + FabricConfigParser.DEFAULT_KEY_PORT))));
    }

    private static URI https(Section section, String key, String text) {
        try {
            URI uri = new URI(text);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException notAUri) {
            // falls through to the fault below, which says the same
        }
        section.fault(key, "'" + text + "' (expected https://host:port)");
        return NOWHERE;
    }
}
