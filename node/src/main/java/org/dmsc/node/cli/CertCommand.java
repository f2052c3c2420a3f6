package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc cert …}. */
@Command(
        name = "cert",
        description = "Revokes and rotates what was issued.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class CertCommand {

    /** What is revoked: one of these. */
    static final class Subject {

        @Option(
                names = "--agent",
                paramLabel = "TENANT/AGENT",
                description = "every certificate and token that the agent has now; one that it gets later is good")
        private @Nullable String agent;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "the same of every agent of the tenant")
        private @Nullable String tenant;

        @Option(
                names = "--serial",
                paramLabel = "HEX",
                description = "one certificate, as openssl x509 -serial prints it; needs --issuer")
        private @Nullable String serial;

        @Option(
                names = "--spki",
                paramLabel = "HEX",
                description = "whatever is certified for the public key of this SHA-256, for ever")
        private @Nullable String publicKey;

        @Option(
                names = "--id",
                paramLabel = "SPIFFE-ID",
                description = "an identity that is no agent's, such as a node's")
        private @Nullable String spiffeId;

        @Option(names = "--jti", paramLabel = "TENANT/JTI", description = "one token")
        private @Nullable String token;

        @Option(names = "--kid", paramLabel = "TENANT/KID", description = "all tokens signed with that key")
        private @Nullable String key;

        @Option(names = "--client", paramLabel = "TENANT/CLIENT", description = "all tokens that the client has now")
        private @Nullable String client;

        @Option(names = "--grant", paramLabel = "ID", description = "a grant")
        private @Nullable String grant;

        void addTo(ObjectNode body) {
            put(body, "agent", agent);
            put(body, "tenant", tenant);
            put(body, "serial", serial);
            put(body, "spki", publicKey);
            put(body, "spiffeId", spiffeId);
            put(body, "jti", token);
            put(body, "kid", key);
            put(body, "clientId", client);
            put(body, "grant", grant);
        }

        private static void put(ObjectNode body, String name, @Nullable String value) {
            if (value != null) {
                body.put(name, value);
            }
        }
    }

    /** How it is revoked. */
    static final class Manner {

        @Option(
                names = "--issuer",
                paramLabel = "HEX",
                description = "with --serial: SHA-256 of the issuing CA's certificate",
                defaultValue = "")
        private String issuer = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "for the audit log", defaultValue = "")
        private String reason = "";

        @Option(names = "--wait", description = "until all live gateways have acted, and print how long each took")
        private boolean wait;

        void addTo(ObjectNode body) {
            if (!issuer.isEmpty()) {
                body.put("issuer", issuer);
            }
            body.put("reason", reason);
            body.put("wait", wait);
        }
    }

    @Command(
            name = "revoke",
            description = {
                "Revokes: every gateway refuses it within a second and cuts its connections.",
                "With --wait, until all gateways have said so; exit code 1 when one did not within 10 s."
            },
            mixinStandardHelpOptions = true)
    int revoke(
            @ArgGroup(multiplicity = "1") Subject subject,
            @Mixin Manner manner,
            @Mixin Target where,
            @Mixin Output output) {
        ObjectNode body = FabricClient.JSON.createObjectNode();
        subject.addTo(body);
        manner.addTo(body);
        JsonNode answer = where.asOperator().post("/v1/revocations", body);
        output.print(answer, out -> {
            out.line(answer.path("revoked").asText() + " is revoked (generation "
                    + answer.path("generation").asText() + ").");
            if (manner.wait) {
                out.table(List.of("GATEWAY", "MS", "CONNECTIONS CUT"), rows(answer), "No gateway has acknowledged it.");
            }
        });
        JsonNode missing = answer.path("missing");
        if (!missing.isEmpty()) {
            throw new NodeException(
                    ExitCode.REFUSED,
                    "gateways " + missing
                            + " did not acknowledge it within 10 s (expected all live ones; one that does not"
                            + " hear revocations admits nobody after 2 s, and cuts all connections after 30 s)");
        }
        return 0;
    }

    private static List<List<String>> rows(JsonNode answer) {
        List<List<String>> rows = new ArrayList<>();
        answer.path("gateways")
                .forEach(ack -> rows.add(List.of(
                        ack.path("gateway").asText(),
                        String.format(
                                Locale.ROOT,
                                "%.1f",
                                ack.path("heardAfterMillis").asDouble()),
                        ack.path("cut").asText())));
        return rows;
    }

    @Command(
            name = "rotate-ca",
            description = {
                "Replaces the issuing CA of a tenant, or of the platform (nodes and operators).",
                "Certificates of the old one stay valid until they expire."
            },
            mixinStandardHelpOptions = true)
    int rotate(@ArgGroup(multiplicity = "1") Authority authority, @Mixin Target where, @Mixin Output output) {
        JsonNode made = where.asOperator().post(authority.path(), FabricClient.JSON.createObjectNode());
        output.print(
                made,
                out -> out.line(authority.name() + " has a new issuing CA: serial "
                        + made.path("serial").asText() + ", until "
                        + made.path("notAfter").asText()));
        return 0;
    }

    /** Whose CA: one of these. */
    static final class Authority {

        @Option(names = "--tenant", paramLabel = "TENANT", description = "the tenant's")
        private String tenant = "";

        @Option(names = "--platform", description = "the platform's")
        private boolean platform;

        private String path() {
            return platform
                    ? "/v1/config/platform/ca-rotations"
                    : "/v1/config/tenants/" + FabricClient.encode(tenant) + "/ca-rotations";
        }

        private String name() {
            return platform ? "the platform" : "tenant " + tenant;
        }
    }
}
