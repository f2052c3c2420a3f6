package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc tenant …}. */
@Command(
        name = "tenant",
        description = "Makes and lists tenants.",
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
