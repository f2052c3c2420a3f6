package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsc.node.enrol.Enroller;
import org.dmsc.node.enrol.EstClient;
import org.dmsc.node.enrol.JoinToken;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.enrol.EnrolmentClient;
import org.dmsc.tenant.enrol.EnrolmentClient.KeyAndRequest;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.pki.Pem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc node …}. */
@Command(
        name = "node",
        description = "Lets processes of the fabric enrol for a certificate of its platform.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class NodeCommand {

    @Command(
            name = "invite",
            description = {
                "Makes a one-time token with which a process enrols. With --roles: for 'dmsc up --enrol',",
                "a process with these roles. Without: for 'dmsc node enrol', one certificate."
            },
            mixinStandardHelpOptions = true)
    int invite(
            @Parameters(
                            paramLabel = "NAME",
                            description =
                                    "the process's name; without --roles KIND/NAME: gateway, router, registry, broker,"
                                            + " witness, keys or node, and its name")
                    String node,
            @Option(
                            names = "--roles",
                            paramLabel = "ROLES",
                            defaultValue = "",
                            description = "what the process will do: some of http,mqtt,router,registry")
                    String roles,
            @Mixin Reached reached,
            @Mixin TokenLife life,
            @Mixin Target where,
            @Mixin Output output) {
        ObjectNode body = life.body();
        reached.dns.forEach(body.withArray("dnsNames")::add);
        reached.addresses.forEach(body.withArray("ipAddresses")::add);
        FabricClient client = where.asOperator();
        return roles.isEmpty()
                ? inviteOne(client, node, body, output)
                : inviteProcess(client, node, List.of(roles.split(",", -1)), body, output);
    }

    private static int inviteOne(FabricClient client, String node, ObjectNode body, Output output) {
        JsonNode made = client.post("/v1/config/nodes/" + path(node) + "/invitations", body);
        output.print(made, out -> {
            out.line("token: " + made.path("token").asText());
            out.line("good once, until " + made.path("expiresAt").asText());
            out.line("There: dmsc node enrol " + node + " --est "
                    + made.path("est").asText() + " --ca ca.pem --token TOKEN --out DIR");
        });
        return 0;
    }

    private static int inviteProcess(
            FabricClient client, String name, List<String> roles, ObjectNode body, Output output) {
        Map<String, String> tokens = new LinkedHashMap<>();
        ObjectNode result = FabricClient.JSON.createObjectNode();
        for (String kind : kinds(roles)) {
            JsonNode made = client.post("/v1/config/nodes/" + path(kind + "/" + name) + "/invitations", body);
            tokens.put(kind, made.path("token").asText());
            result.put("expiresAt", made.path("expiresAt").asText());
            result.put("gateway", made.path("est").asText().replaceFirst("/\\.well-known/est$", ""));
        }
        result.put("node", name);
        result.put("token", new JoinToken(tokens).text());
        output.print(result, out -> {
            out.line("token: " + result.path("token").asText());
            out.line("good once, until " + result.path("expiresAt").asText());
            out.line("There: dmsc up --node " + name + " --roles " + String.join(",", roles)
                    + " --kafka HOST:PORT --enrol TOKEN --gateway "
                    + result.path("gateway").asText() + " --ca ca.pem");
        });
        return 0;
    }

    /** As what a process shows itself: one kind for all edges. */
    private static Set<String> kinds(List<String> roles) {
        Set<String> kinds = new LinkedHashSet<>();
        for (String role : roles) {
            switch (role) {
                case "http", "mqtt":
                    kinds.add("gateway");
                    break;
                case "router", "registry":
                    kinds.add(role);
                    break;
                default:
                    throw new NodeException(
                            ExitCode.USAGE,
                            "--roles: '" + role
                                    + "' (expected some of http, mqtt, router, registry: the others need a keys folder)");
            }
        }
        return kinds;
    }

    /** Under which names a node is reached. */
    static final class Reached {

        @Option(names = "--dns", paramLabel = "NAME", description = "a name under which it is reached; repeatable")
        private List<String> dns = List.of();

        @Option(names = "--ip", paramLabel = "ADDRESS", description = "an address likewise; repeatable")
        private List<String> addresses = List.of();
    }

    @Command(
            name = "enrol",
            description = {
                "Makes a key, gets its certificate with a one-time token, and writes both to a folder:",
                "agent.key.pem, agent.cert.pem (with its issuing CA) and ca.pem (the fabric's root)."
            },
            mixinStandardHelpOptions = true)
    int enrol(
            @Parameters(paramLabel = "KIND/ID", description = "as it was invited") String node,
            @Option(names = "--est", paramLabel = "URL", required = true, description = "as 'invite' printed it")
                    String est,
            @Option(names = "--ca", paramLabel = "FILE", required = true, description = "PEM of the fabric's root")
                    Path root,
            @Option(names = "--token", paramLabel = "TOKEN", required = true, description = "the one-time token")
                    String token,
            @Option(names = "--out", paramLabel = "DIR", required = true, description = "where to") Path out,
            @Mixin Output output) {
        EstClient client = new EstClient(est, Identity.trusting(root));
        KeyAndRequest made = EnrolmentClient.request(new SecureRandom());
        List<X509Certificate> chain = new ArrayList<>(client.enrol(node, token, made.body()));
        X509Certificate leaf = chain.get(0);
        client.authorities().stream().filter(ca -> Enroller.signed(ca, leaf)).forEach(chain::add);
        SecretFile.write(out.resolve(Identity.KEY), ascii(Pem.of(made.key())));
        SecretFile.write(out.resolve(Identity.ROOT), ascii(Pem.of(Identity.certificate(root))));
        // Last: it says that the others are there.
        SecretFile.write(out.resolve(Identity.CERTIFICATE), ascii(Pem.of(chain)));
        ObjectNode result = FabricClient.JSON.createObjectNode();
        result.put("node", node);
        result.put("folder", out.toAbsolutePath().toString());
        result.put("notAfter", leaf.getNotAfter().toInstant().toString());
        output.print(
                result,
                o -> o.line(node + ": certificate and key are in " + out.toAbsolutePath() + ", good until "
                        + leaf.getNotAfter().toInstant()));
        return 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String path(String node) {
        String[] parts = node.split("/", -1);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new NodeException(
                    ExitCode.USAGE, "KIND/ID: '" + node + "' (expected a kind and a name, such as router/router-2)");
        }
        return FabricClient.encode(parts[0]) + "/" + FabricClient.encode(parts[1]);
    }
}
