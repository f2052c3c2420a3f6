package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
            description = {
                "Everything that was recorded about one task, from its first delegation on: the tasks that it came from and those that",
                "it made, of all agents and, for operators, in all tenants' logs, in the order of time."
            },
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "TASK") String task,
            @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log", defaultValue = "")
                    String tenant,
            @Mixin Target where,
            @Mixin Output output) {
        ObjectNode answer = AuditStory.of(where.asOperator(), task, tenant);
        output.print(
                answer, out -> out.table(AuditStory.HEAD, AuditStory.rows(answer.path("records")), "No record fits."));
        return 0;
    }
}
