package org.dmsc.node.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc audit key}. */
@Command(
        name = "key",
        description = "The public keys of a tenant's log, newest first, one per line: give them to whoever verifies.",
        mixinStandardHelpOptions = true)
final class AuditKeyCommand implements Callable<Integer> {

    @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log", defaultValue = "")
    private String tenant = "";

    @Option(
            names = "--receipts",
            description = "the keys with which the gateway of this machine signs receipts instead")
    private boolean receipts;

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        AuditLog log = new AuditLog(where.nodeOfOperator());
        if (!receipts && tenant.isEmpty()) {
            throw new NodeException(ExitCode.USAGE, "--tenant: missing (expected a tenant, or --receipts)");
        }
        (receipts ? log.receiptKeys() : log.keys(tenant, List.of())).forEach(key -> output.line(key.toString()));
        return ExitCode.OK.code();
    }
}
