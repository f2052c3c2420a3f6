package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.keys.SecretFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc tenant …}. */
@Command(
        name = "tenant",
        description = "Makes, lists, suspends and ends tenants.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class TenantCommand {

    private static final String PATH = "/v1/config/tenants";

    @Command(
            name = "create",
            description = "Makes a tenant: keys, certificate authority, topics.",
            mixinStandardHelpOptions = true)
    int create(
            @Parameters(paramLabel = "TENANT", description = "its id: a-z, 0-9 and '-'") String tenant,
            @Option(names = "--name", paramLabel = "NAME", description = "for people", defaultValue = "")
                    String displayName,
            @Mixin Target where,
            @Mixin Output output) {
        ObjectNode body = FabricClient.JSON.createObjectNode();
        body.put("tenant", tenant);
        body.put("displayName", displayName.isEmpty() ? tenant : displayName);
        JsonNode made = where.asOperator().post(PATH, body);
        output.print(made, out -> {
            out.line("tenant " + tenant + " is made.");
            out.line("Next: dmsc agent add " + tenant + "/AGENT");
        });
        return 0;
    }

    @Command(
            name = "rotate-token-key",
            description = {
                "Publishes one more key of the tenant's token issuer.",
                "It signs after 10 minutes, when everybody has seen it; tokens of the old key stay valid."
            },
            mixinStandardHelpOptions = true)
    int rotateTokenKey(@Parameters(paramLabel = "TENANT") String tenant, @Mixin Target where, @Mixin Output output) {
        JsonNode changed = where.asOperator()
                .post(PATH + "/" + FabricClient.encode(tenant) + "/token-keys", FabricClient.JSON.createObjectNode());
        output.print(
                changed, out -> out.line("tenant " + tenant + ": the new key is published, and signs in 10 minutes."));
        return 0;
    }

    @Command(name = "list", description = "Lists all tenants.", mixinStandardHelpOptions = true)
    int list(@Mixin Target where, @Mixin Output output) {
        JsonNode answer = where.asOperator().get(PATH);
        output.print(
                answer,
                out -> out.table(
                        List.of("TENANT", "STATE", "NAME"),
                        rows(answer),
                        "There is no tenant yet. Make one: dmsc tenant create NAME"));
        return 0;
    }

    @Command(name = "show", description = "Shows one tenant and its document.", mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "TENANT") String tenant, @Mixin Target where, @Mixin Output output) {
        JsonNode found = where.asOperator().get(PATH + "/" + FabricClient.encode(tenant));
        output.print(
                found,
                out -> found.properties().forEach(field -> out.line(field.getKey() + ": " + text(field.getValue()))));
        return 0;
    }

    @Command(
            name = "kafka-access",
            description = {
                "Lets a stock Kafka client read a tenant's own events and audit records.",
                "Writes client.properties, with a certificate for 30 days in it."
            },
            mixinStandardHelpOptions = true)
    int kafkaAccess(
            @Parameters(paramLabel = "TENANT") String tenant,
            @Option(names = "--name", paramLabel = "NAME", description = "the client's name", defaultValue = "reader")
                    String name,
            @Option(names = "--out", paramLabel = "DIR", description = "where to, by default <data>/kafka-access")
                    @Nullable Path out,
            @Option(names = "--remove", description = "take this client's rights away instead") boolean remove,
            @Mixin Target where,
            @Mixin Output output) {
        String path = PATH + "/" + FabricClient.encode(tenant) + "/kafka/" + FabricClient.encode(name);
        if (remove) {
            where.asOperator().delete(path);
            output.print(
                    FabricClient.JSON.createObjectNode().put("removed", name),
                    o -> o.line("Kafka client " + name + " of tenant " + tenant + " may read nothing any more."));
            return 0;
        }
        JsonNode made = where.asOperator().put(path);
        Path folder = Optional.ofNullable(out)
                .orElseGet(() -> where.data().resolve("kafka-access").resolve(tenant + "-" + name));
        Path file = folder.resolve("client.properties");
        SecretFile.write(file, made.path("clientProperties").asText().getBytes(StandardCharsets.UTF_8));
        output.print(made, o -> {
            o.line("Kafka client " + made.path("principal").asText() + ", until "
                    + made.path("notAfter").asText() + ": " + file.toAbsolutePath());
            o.line("Next: kafka-console-consumer.sh --bootstrap-server "
                    + made.path("bootstrap").asText() + " --command-config " + file + " --topic dmsc." + tenant
                    + ".audit --group " + made.path("groupPrefix").asText() + "main --from-beginning");
        });
        return 0;
    }

    @Command(
            name = "suspend",
            description =
                    "Stops a tenant: its requests are refused, its connections and streams are cut, its waiting tasks wait.",
            mixinStandardHelpOptions = true)
    int suspend(@Parameters(paramLabel = "TENANT") String tenant, @Mixin Target where, @Mixin Output output) {
        return change(tenant, "suspend", where, output);
    }

    @Command(name = "resume", description = "Lets a suspended tenant go on.", mixinStandardHelpOptions = true)
    int resume(@Parameters(paramLabel = "TENANT") String tenant, @Mixin Target where, @Mixin Output output) {
        return change(tenant, "resume", where, output);
    }

    @Command(
            name = "offboard",
            description = {
                "Ends a tenant for ever: destroys its keys, so that nothing it ever sent can be opened, and removes its topics.",
                "Its id is never given again. Asks for the id as confirmation."
            },
            mixinStandardHelpOptions = true)
    int offboard(
            @Parameters(paramLabel = "TENANT") String tenant,
            @Option(names = "--yes", description = "do not ask") boolean sure,
            @Mixin Target where,
            @Mixin Output output) {
        if (!sure) {
            requireConfirmation(tenant, output);
        }
        ObjectNode body = FabricClient.JSON.createObjectNode().put("confirm", tenant);
        JsonNode done = where.asOperator().post(path(tenant, "offboard"), body);
        output.print(done, out -> {
            out.line("tenant " + tenant + " is " + done.path("state").asText() + ".");
            done.path("steps")
                    .forEach(step -> out.line("  " + step.path("name").asText() + ": "
                            + step.path("result").asText() + " ("
                            + step.path("millis").asText() + " ms)"));
            out.line("Destroyed:");
            done.path("destroyed").forEach(one -> out.line("  " + one.asText()));
            out.line("Not destroyed, because the fabric cannot:");
            done.path("remains").forEach(one -> out.line("  " + one.asText()));
            out.line("Deletion record (JWS, also in the audit log): "
                    + done.path("deletionRecord").asText());
        });
        return 0;
    }

    private static int change(String tenant, String what, Target where, Output output) {
        JsonNode changed = where.asOperator().post(path(tenant, what), FabricClient.JSON.createObjectNode());
        output.print(
                changed,
                out -> out.line(
                        "tenant " + tenant + " is " + changed.path("state").asText() + "."));
        return 0;
    }

    /** From standard input, which a terminal or a script may be; closed, it confirms nothing. */
    private static void requireConfirmation(String tenant, Output output) {
        output.line("This destroys all keys of tenant " + tenant + ". Type its id to go on:");
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            if (tenant.equals(in.readLine())) {
                return;
            }
        } catch (IOException e) {
            throw new NodeException(ExitCode.USAGE, "standard input cannot be read (expected it, or --yes)", e);
        }
        throw new NodeException(
                ExitCode.REFUSED, "not confirmed: nothing was done (expected '" + tenant + "', or --yes)");
    }

    private static String path(String tenant, String what) {
        return PATH + "/" + FabricClient.encode(tenant) + "/" + what;
    }

    private static List<List<String>> rows(JsonNode answer) {
        List<List<String>> rows = new ArrayList<>();
        answer.path("tenants")
                .forEach(t -> rows.add(List.of(
                        t.path("tenant").asText(),
                        t.path("state").asText(),
                        t.path("displayName").asText())));
        return rows;
    }

    static String text(JsonNode value) {
        return value.isValueNode() ? value.asText() : value.toString();
    }
}
