package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dmsc agent quarantine …}. */
@Command(
        name = "quarantine",
        description = {
            "Cards that were set aside because their texts read like orders to a model.",
            "As operator; with --as the folder of an agent that the tenant's document names among its administrators."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class QuarantineCommand {

    /** Which. */
    static final class Which {

        @Parameters(index = "0", paramLabel = "TENANT")
        private String tenant = "";

        @Parameters(index = "1", paramLabel = "CASE", description = "one that the list shows")
        private String id = "";

        String path() {
            return QuarantineCommand.path(tenant) + "/" + FabricClient.encode(id);
        }
    }

    @Command(name = "list", description = "All of a tenant, newest first.", mixinStandardHelpOptions = true)
    int list(@Parameters(paramLabel = "TENANT") String tenant, @Mixin Target where, @Mixin Output output) {
        JsonNode answer = where.asOperator().get(path(tenant));
        List<List<String>> rows = new ArrayList<>();
        answer.path("cases")
                .forEach(one -> rows.add(List.of(
                        one.path("agent").asText(),
                        one.path("verdict").asText(),
                        one.path("heldAt").asText(),
                        one.path("suspicion").asText(),
                        one.path("case").asText())));
        output.print(
                answer,
                out -> out.table(
                        List.of("AGENT", "VERDICT", "HELD AT", "SUSPICION", "CASE"), rows, "No card is set aside."));
        return 0;
    }

    @Command(
            name = "show",
            description = "One, with its card. The card is somebody else's words: read it, do not hand it to a model.",
            mixinStandardHelpOptions = true)
    int show(@Mixin Which which, @Mixin Target where, @Mixin Output output) {
        JsonNode found = where.asOperator().get(which.path());
        output.print(
                found,
                out -> found.properties()
                        .forEach(field -> out.line(field.getKey() + ": " + TenantCommand.text(field.getValue()))));
        return 0;
    }

    @Command(
            name = "release",
            description = {
                "Registers the agent with this card, as if it had just been posted.",
                "The same card passes from now on; with another text it is looked at anew. Audited, with your name."
            },
            mixinStandardHelpOptions = true)
    int release(@Mixin Which which, @Mixin Target where, @Mixin Output output) {
        JsonNode made = where.asOperator().post(which.path() + "/release", FabricClient.JSON.createObjectNode());
        output.print(made, out -> out.line("agent " + made.path("agent").asText() + " is registered"));
        return 0;
    }

    @Command(
            name = "reject",
            description = "Forgets the card; the same one is refused from now on. Audited, with your name.",
            mixinStandardHelpOptions = true)
    int reject(@Mixin Which which, @Mixin Target where, @Mixin Output output) {
        JsonNode made = where.asOperator().post(which.path() + "/reject", FabricClient.JSON.createObjectNode());
        output.print(made, out -> out.line("the card of " + made.path("agent").asText() + " is rejected"));
        return 0;
    }

    private static String path(String tenant) {
        return "/v1/config/tenants/" + FabricClient.encode(tenant) + "/quarantine";
    }
}
