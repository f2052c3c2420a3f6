package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.Callable;
import org.dmsc.node.host.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc audit query}. */
@Command(
        name = "query",
        description = {
            "Looks for records, oldest first, in pages.",
            "Operators see every tenant's; with --as an administrator of a tenant sees that tenant's.",
            "A time is when a record was written to the log: that is what the log can be searched by."
        },
        mixinStandardHelpOptions = true)
final class AuditQueryCommand implements Callable<Integer> {

    private static final int LARGEST_PAGE = 1000;

    @Mixin
    private AuditFilterOptions filter = new AuditFilterOptions();

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "most records (default: ${DEFAULT-VALUE})",
            defaultValue = "100")
    private int limit;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "where the page before ended", defaultValue = "")
    private String cursor = "";

    @Option(names = "--all", description = "all pages, one record per line")
    private boolean all;

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        FabricClient client = where.asOperator();
        Map<String, String> query = filter.query();
        if (!cursor.isEmpty()) {
            query.put("cursor", cursor);
        }
        ArrayNode found = FabricClient.JSON.createArrayNode();
        int wished = all ? Integer.MAX_VALUE : limit;
        int seen = 0;
        JsonNode page;
        do {
            query.put("limit", Integer.toString(Math.max(1, Math.min(LARGEST_PAGE, wished - seen))));
            page = client.get("/v1/audit/query", query);
            seen += page.path("records").size();
            if (all) {
                page.path("records").forEach(this::line);
            } else {
                page.path("records").forEach(found::add);
            }
            query.put("cursor", page.path("cursor").asText());
        } while (!page.path("last").asBoolean() && seen < wished);
        if (!all) {
            tell(found, page);
        }
        return ExitCode.OK.code();
    }

    private void line(JsonNode record) {
        output.print(record, out -> out.line(String.join("  ", AuditRows.row(record))));
    }

    private void tell(ArrayNode found, JsonNode page) {
        ObjectNode body = FabricClient.JSON.createObjectNode();
        body.set("records", found);
        body.put("cursor", page.path("cursor").asText())
                .put("last", page.path("last").asBoolean());
        output.print(body, out -> {
            out.table(AuditRows.HEAD, AuditRows.of(found), "No record fits.");
            if (!page.path("last").asBoolean()) {
                out.line("There is more: --cursor " + page.path("cursor").asText());
            }
        });
    }
}
