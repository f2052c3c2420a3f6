package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.node.host.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc audit tail}. */
@Command(
        name = "tail",
        description = {
            "The newest records, oldest first; with -f also those that come, until you stop it.",
            "With -o json and -f one record per line."
        },
        mixinStandardHelpOptions = true)
final class AuditTailCommand implements Callable<Integer> {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    @Mixin
    private AuditFilterOptions filter = new AuditFilterOptions();

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "how many that are there already, 1 to 200 (default: ${DEFAULT-VALUE})",
            defaultValue = "20")
    private String limit = "";

    @Option(
            names = {"-f", "--follow"},
            description = "go on with what comes")
    private boolean follow;

    @Option(names = "--seconds", paramLabel = "N", description = "follow no longer than this", defaultValue = "0")
    private int seconds;

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        FabricClient client = where.asOperator();
        Map<String, String> query = filter.query();
        query.put("limit", limit);
        if (!follow) {
            JsonNode newest = client.get("/v1/audit", query);
            output.print(
                    newest, out -> out.table(AuditRows.HEAD, AuditRows.of(newest.path("records")), "No record fits."));
            return ExitCode.OK.code();
        }
        follow(client, query);
        return ExitCode.OK.code();
    }

    private void follow(FabricClient client, Map<String, String> query) {
        // First where the log ends, then the newest: what comes in between is seen twice, and said once.
        query.put("cursor", "end");
        String cursor = client.get("/v1/audit/query", query).path("cursor").asText();
        query.remove("cursor");
        Set<String> said = new HashSet<>();
        client.get("/v1/audit", query).path("records").forEach(record -> {
            said.add(name(record));
            line(record);
        });
        query.put("limit", "1000");
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (seconds == 0 || System.nanoTime() < end) {
            query.put("cursor", cursor);
            JsonNode page = client.get("/v1/audit/query", query);
            page.path("records").forEach(record -> {
                if (said.isEmpty() || said.add(name(record))) {
                    line(record);
                }
            });
            if (page.path("last").asBoolean()) {
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
            if (page.path("records").size() > 0) {
                said.clear();
            }
            cursor = page.path("cursor").asText();
        }
    }

    private static String name(JsonNode record) {
        return record.path("event").path("tenant").asText() + "/"
                + record.path("index").asText();
    }

    private void line(JsonNode record) {
        output.print(record, out -> out.line(String.join("  ", AuditRows.row(record))));
    }
}
