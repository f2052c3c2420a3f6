package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
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
            AuditTailCommand.class,
            AuditQueryCommand.class,
            AuditStatsCommand.class,
            AuditVerifyCommand.class,
            AuditExportCommand.class,
            AuditProveCommand.class,
            AuditProofCommand.class,
            AuditReceiptCommand.class,
            AuditKeyCommand.class
        })
final class AuditCommand {

    @Command(
            name = "show",
            description = "Everything that was recorded about one task.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "TASK") String task,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log", defaultValue = "")
                    String tenant,
            @Mixin Target where,
            @Mixin Output output) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("task", task);
        query.put("limit", "200");
        if (!tenant.isEmpty()) {
            query.put("tenant", tenant);
        }
        JsonNode answer = where.asOperator().get("/v1/audit", query);
        output.print(answer, out -> out.table(AuditRows.HEAD, AuditRows.of(answer.path("records")), "No record fits."));
        return 0;
    }
}
