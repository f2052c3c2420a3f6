package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.dmsc.node.host.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dmsc audit stats}. */
@Command(
        name = "stats",
        description = {
            "Counts records by tenant, kind and actor, refusals by code, tasks by final state, decisions by skill.",
            "Refusals that were recorded together, because they came as a flood, count as many as they were."
        },
        mixinStandardHelpOptions = true)
final class AuditStatsCommand implements Callable<Integer> {

    private static final List<String> TABLES = List.of("tenants", "kinds", "refusals", "states", "skills", "actors");

    @Mixin
    private AuditFilterOptions filter = new AuditFilterOptions();

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        JsonNode found = where.asOperator().get("/v1/audit/stats", filter.query());
        output.print(found, out -> {
            out.line(found.path("records").asLong() + " records"
                    + (found.has("first")
                            ? ", " + Instant.ofEpochMilli(found.path("first").asLong()) + " to "
                                    + Instant.ofEpochMilli(found.path("newest").asLong())
                            : ""));
            TABLES.forEach(name -> table(out, name, found.path(name)));
        });
        return ExitCode.OK.code();
    }

    private static void table(Output out, String name, JsonNode counts) {
        List<List<String>> rows = new ArrayList<>();
        counts.forEach(one ->
                rows.add(List.of(one.path("name").asText(), one.path("count").asText())));
        if (!rows.isEmpty()) {
            out.line("");
            out.table(List.of(name.toUpperCase(Locale.ROOT), "COUNT"), rows, "");
        }
    }
}
