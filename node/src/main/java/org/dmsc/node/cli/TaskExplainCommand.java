package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc task explain}: what the audit log says of a task, for people. */
@Command(
        name = "explain",
        description = {
            "Why a task went where it went, from its audit records: every decision with its candidates, why each was or was not"
                    + " chosen, their scores and the load that was seen, how much of the registry was known, and every attempt.",
            "As operator; with --as as the agent that asked for the task."
        },
        mixinStandardHelpOptions = true)
final class TaskExplainCommand implements Callable<Integer> {

    @Parameters(paramLabel = "TASK", description = "id of the task")
    private String task = "";

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "of the task's caller (default: all are searched)",
            defaultValue = "")
    private String tenant = "";

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        JsonNode found = where.asOperator()
                .get(
                        "/v1/tasks/" + FabricClient.encode(task) + "/explain",
                        tenant.isEmpty() ? Map.of() : Map.of("tenant", tenant));
        output.print(found, out -> print(found, out));
        return 0;
    }

    private static void print(JsonNode task, Output out) {
        JsonNode accepted = task.path("accepted");
        out.line("task " + task.path("taskId").asText() + " of "
                + accepted.path("caller").asText("?") + ", taken in at "
                + accepted.path("at").asText("?") + " over "
                + accepted.path("protocol").asText("?"));
        task.path("decisions").forEach(decision -> decision(decision, out));
        List<List<String>> attempts = new ArrayList<>();
        task.path("attempts")
                .forEach(attempt ->
                        attempts.add(texts(attempt, "attempt", "agent", "openedAt", "closedAt", "outcome", "why")));
        out.line("");
        out.table(List.of("ATTEMPT", "AGENT", "FROM", "TO", "OUTCOME", "WHY"), attempts, "No attempt.");
        JsonNode outcome = task.path("outcome");
        out.line("");
        out.line(
                outcome.isMissingNode()
                        ? "It has not ended."
                        : "ended " + outcome.path("state").asText() + suffix(" ", outcome.path("refusal")) + " after "
                                + outcome.path("durationMs").asText("?") + " ms");
    }

    private static void decision(JsonNode decision, Output out) {
        out.line("");
        out.line(decision.path("at").asText() + "  " + decision.path("decision").asText()
                + suffix(" to ", decision.path("agent")) + suffix(" for skill ", decision.path("skill"))
                + suffix(", ", decision.path("refusal")) + "  (registry offset "
                + decision.path("registryOffset").asText()
                + suffix(", newest news of a candidate ms old: ", decision.path("registryAgeMs"))
                + suffix(", margin ", decision.path("margin")) + ")");
        decision.path("reasons").forEach(reason -> out.line("  " + reason.asText()));
        List<List<String>> rows = new ArrayList<>();
        decision.path("candidates").forEach(candidate -> rows.add(row(candidate)));
        out.table(
                List.of(
                        "  CANDIDATE",
                        "SKILL",
                        "SCORE",
                        "LOAD",
                        "TAKEN",
                        "QUEUE",
                        "CPU",
                        "LATENCY",
                        "ERRORS",
                        "HEALTH",
                        "VERDICT"),
                rows,
                "  No candidate.");
    }

    private static List<String> row(JsonNode candidate) {
        return List.of(
                "  " + candidate.path("agent").asText(),
                candidate.path("skill").asText(),
                number(candidate.path("score")),
                number(candidate.path("load")),
                candidate.path("inFlight").asText("?") + "/"
                        + candidate.path("capacity").asText("?"),
                candidate.path("queueDepth").asText("?"),
                number(candidate.path("cpu")),
                number(candidate.path("latencyMs")) + " ms",
                number(candidate.path("errorRate")),
                candidate.path("health").asText("?"),
                candidate.path("verdict").asText());
    }

    private static List<String> texts(JsonNode node, String... names) {
        List<String> texts = new ArrayList<>();
        for (String name : names) {
            texts.add(node.path(name).asText(""));
        }
        return texts;
    }

    private static String number(JsonNode value) {
        return value.isNumber() ? String.format(Locale.ROOT, "%.2f", value.asDouble()) : "?";
    }

    private static String suffix(String before, JsonNode value) {
        return value.asText("").isEmpty() ? "" : before + value.asText();
    }
}
