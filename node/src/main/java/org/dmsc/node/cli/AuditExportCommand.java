package org.dmsc.node.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.audit.EventExport;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TileWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dmsc audit export}. */
@Command(
        name = "export",
        description = {
            "Writes a tenant's log as static files: checkpoint, tile/, tile/entries/ (C2SP tlog-tiles).",
            "Any web server can offer them, and anybody's software can verify them.",
            "With --format jsonl or csv the events as text, in one file, for DuckDB, SQL and spreadsheets."
        },
        mixinStandardHelpOptions = true)
final class AuditExportCommand implements Callable<Integer> {

    @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log", required = true)
    private String tenant = "";

    /** What is written. */
    enum Format {
        tiles,
        jsonl,
        csv
    }

    @Option(names = "--format", description = "tiles, jsonl or csv (default: ${DEFAULT-VALUE})", defaultValue = "tiles")
    private Format format = Format.tiles;

    @Option(
            names = "--out",
            paramLabel = "PATH",
            description = "a folder, or with --format a file, that does not exist yet",
            required = true)
    private Path out = Path.of("");

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new NodeException(ExitCode.USAGE, "--out: " + out + " exists (expected a path that does not)");
        }
        return format == Format.tiles ? tiles() : events();
    }

    private Integer events() {
        EventExport export = new EventExport(where.nodeOfOperator());
        ProgressBar bar = new ProgressBar("exporting", spec.commandLine().getErr());
        long written = format == Format.csv ? export.csv(tenant, out, bar::at) : export.jsonLines(tenant, out, bar::at);
        bar.end();
        output.print(
                FabricClient.JSON.createObjectNode().put("records", written).put("file", out.toString()),
                o -> o.line(written + " records in " + out));
        return ExitCode.OK.code();
    }

    private Integer tiles() {
        AuditLog log = new AuditLog(where.nodeOfOperator());
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
