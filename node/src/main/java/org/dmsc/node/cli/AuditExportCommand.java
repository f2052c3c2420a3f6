package org.dmsc.node.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TileWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc audit export}. */
@Command(
        name = "export",
        description = {
            "Writes a tenant's log as static files: checkpoint, tile/, tile/entries/ (C2SP tlog-tiles).",
            "Any web server can offer them, and anybody's software can verify them."
        },
        mixinStandardHelpOptions = true)
final class AuditExportCommand implements Callable<Integer> {

    @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log", required = true)
    private String tenant = "";

    @Option(names = "--out", paramLabel = "DIR", description = "a folder that does not exist yet", required = true)
    private Path out = Path.of("");

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new NodeException(ExitCode.USAGE, "--out: " + out + " exists (expected a folder that does not)");
        }
        AuditLog log = new AuditLog(where.node());
        List<NoteKey> keys = log.keys(tenant, List.of());
        SignedNote note = log.newest(tenant, keys);
        long size = Checkpoint.of(note).tree().size();
        TileWriter writer = new TileWriter(out);
        long[] written = {0};
        log.records(tenant, AuditLog.Progress.NONE, found -> {
            if (written[0] < size) {
                writer.add(found.value() == null ? new byte[0] : found.value());
                written[0]++;
            }
        });
        if (written[0] < size) {
            throw new NodeException(
                    ExitCode.REFUSED,
                    "the log has " + written[0] + " leaves and " + size
                            + " were signed (look with: dmsc audit verify)");
        }
        writer.finish(note);
        output.print(
                FabricClient.JSON
                        .createObjectNode()
                        .put("leaves", size)
                        .put("folder", out.toString())
                        .put("key", keys.get(0).toString()),
                o -> o.line(size + " leaves in " + out + "; verify with: dmsc audit verify --tiles " + out + " --key '"
                        + keys.get(0) + "'"));
        return ExitCode.OK.code();
    }
}
