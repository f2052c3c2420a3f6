package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc dead …}. */
@Command(
        name = "dead",
        description = {
            "What could not be delegated or delivered, and beginning it anew.",
            "As operator for the tenant of --tenant; with --as an agent's folder, the tasks that this agent asked for."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class DeadCommand {

    private static final String PATH = "/v1/dead";

    /** Whose. */
    static final class Whose {
        @Option(
                names = "--tenant",
                paramLabel = "TENANT",
                description = "whose dead letters (needed as operator)",
                defaultValue = "")
        private String tenant = "";

        Map<String, String> query() {
            return tenant.isEmpty() ? Map.of() : Map.of("tenant", tenant);
        }

        String text() {
            return tenant.isEmpty() ? "" : "?tenant=" + FabricClient.encode(tenant);
        }
    }

    @Command(name = "list", description = "The newest letters, oldest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Whose whose,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "20")
                    String limit,
            @Mixin Target where,
            @Mixin Output output) {
        Map<String, String> query = new java.util.TreeMap<>(whose.query());
        query.put("limit", limit);
        JsonNode answer = where.asOperator().get(PATH, query);
        List<List<String>> rows = new ArrayList<>();
        answer.path("letters").forEach(letter -> rows.add(row(letter)));
        answer.path("webhooks").forEach(webhook -> rows.add(webhook(webhook)));
        output.print(
                answer,
                out -> out.table(
                        List.of("TASK", "AT", "CALLER", "WANTED", "ATTEMPTS", "REFUSAL", "REASON"),
                        rows,
                        "No dead letter."));
        return 0;
    }

    @Command(name = "show", description = "One letter, whole.", mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "TASK") String task,
            @Mixin Whose whose,
            @Mixin Target where,
            @Mixin Output output) {
        JsonNode letter = where.asOperator().get(PATH + "/" + FabricClient.encode(task), whose.query());
        output.print(
                letter,
                out -> letter.properties()
                        .forEach(field -> out.line(
                                field.getKey() + ": " + field.getValue().asText())));
        return 0;
    }

    @Command(
            name = "replay",
            description = {
                "Begins a dead task anew, as its caller's, with the time that it had at first; every rule is applied again.",
                "The old task stays ended. Replaying one letter twice is one task.",
                "With --webhook: tells a webhook that was given up again, from the first update that it has not acknowledged."
            },
            mixinStandardHelpOptions = true)
    int replay(
            @Parameters(paramLabel = "TASK") String task,
            @Option(names = "--webhook", paramLabel = "ID", description = "one that the list shows", defaultValue = "")
                    String webhook,
            @Mixin Whose whose,
            @Mixin Target where,
            @Mixin Output output) {
        String which = webhook.isEmpty() ? "" : "/webhooks/" + FabricClient.encode(webhook);
        JsonNode answer = where.asOperator()
                .post(
                        PATH + "/" + FabricClient.encode(task) + which + "/replay" + whose.text(),
                        FabricClient.JSON.createObjectNode());
        output.print(answer, out -> out.line(answer.path("taskId").asText()));
        return 0;
    }

    private static List<String> webhook(JsonNode webhook) {
        String[] said = webhook.path("reason").asText().split(": ", 2);
        return List.of(
                webhook.path("taskId").asText(),
                "",
                webhook.path("caller").asText(),
                "webhook " + webhook.path("webhook").asText(),
                webhook.path("failures").asText(),
                said[0],
                said.length == 1 ? "" : said[1]);
    }

    private static List<String> row(JsonNode letter) {
        return List.of(
                letter.path("taskId").asText(),
                letter.path("at").asText(),
                letter.path("caller").asText(letter.path("origin").asText()),
                letter.path("wanted").asText(),
                letter.path("attempts").asText(),
                letter.path("refusal").asText(),
                letter.path("reason").asText());
    }
}
