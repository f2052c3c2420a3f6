package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc audit …}. */
@Command(
        name = "audit",
        description = "Reads and verifies the audit log.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AuditVerifyCommand.class,
            AuditExportCommand.class,
            AuditProveCommand.class,
            AuditProofCommand.class,
            AuditKeyCommand.class
        })
final class AuditCommand {

    @Command(name = "tail", description = "The newest records, oldest first.", mixinStandardHelpOptions = true)
    int tail(
            @Option(names = "--tenant", paramLabel = "TENANT", defaultValue = "") String tenant,
            @Option(names = "--task", paramLabel = "TASK", defaultValue = "") String task,
            @Option(names = "--kind", paramLabel = "KIND", description = "e.g. DECISION, REFUSAL", defaultValue = "")
                    String kind,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "20")
                    String limit,
            @Mixin Target where,
            @Mixin Output output) {
        print(where, output, query(tenant, task, kind, limit));
        return 0;
    }

    @Command(
            name = "show",
            description = "Everything that was recorded about one task.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "TASK") String task,
            @Option(names = "--tenant", paramLabel = "TENANT", defaultValue = "") String tenant,
            @Mixin Target where,
            @Mixin Output output) {
        print(where, output, query(tenant, task, "", "200"));
        return 0;
    }

    private static Map<String, String> query(String tenant, String task, String kind, String limit) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("tenant", tenant);
        query.put("task", task);
        query.put("kind", kind);
        query.put("limit", limit);
        query.values().removeIf(String::isEmpty);
        return query;
    }

    private static void print(Target where, Output output, Map<String, String> query) {
        JsonNode answer = where.asOperator().get("/v1/audit", query);
        List<List<String>> rows = new ArrayList<>();
        answer.path("records").forEach(record -> rows.add(row(record)));
        output.print(
                answer,
                out -> out.table(List.of("TENANT", "INDEX", "TIME", "KIND", "ACTOR", "WHAT"), rows, "No record fits."));
    }

    private static List<String> row(JsonNode record) {
        JsonNode event = record.path("event");
        return List.of(
                event.path("tenant").asText(),
                record.path("index").asText(),
                Instant.ofEpochMilli(event.path("time").asLong()).toString(),
                event.path("kind").asText(),
                event.path("actor").asText(),
                what(event));
    }

    private static String what(JsonNode event) {
        List<String> parts = new ArrayList<>();
        for (String field : List.of("refusal", "state", "object", "skill", "taskId")) {
            String value = event.path(field).asText("");
            if (!value.isEmpty() && !value.equals("null")) {
                parts.add(value);
            }
        }
        String reasons = StreamSupport.stream(event.path("reasons").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining("; "));
        if (!reasons.isEmpty()) {
            parts.add(reasons);
        }
        return String.join(" · ", parts);
    }
}
