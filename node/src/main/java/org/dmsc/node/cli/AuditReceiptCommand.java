package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.audit.ReceiptCheck;
import org.dmsc.node.audit.ReceiptCheck.Kept;
import org.dmsc.node.audit.ReceiptCheck.Result;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.Receipt;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TileFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc audit verify-receipt}. */
@Command(
        name = "verify-receipt",
        description = {
            "Looks whether the log has what a receipt promises: an event of the task, within five seconds of its acceptance.",
            "Reads the topic; with --tiles an export, whose own signatures 'dmsc audit verify --tiles' checks.",
            "Exit code 0: it is there, or not due yet; 1: OMITTED, or the receipt is not signed with the gateway's key."
        },
        mixinStandardHelpOptions = true)
final class AuditReceiptCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "what came as header, metadata or user property 'dmsc-receipt'")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "VKEY",
            description =
                    "gateway's key, from 'dmsc audit key --receipts' there; once per key; default: this machine's")
    private List<String> keys = new ArrayList<>();

    @Option(names = "--tiles", paramLabel = "DIR", description = "an export instead of the topic")
    private @Nullable Path tiles;

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        SignedNote note = Receipt.note(read());
        Receipt receipt = Receipt.of(note);
        List<NoteKey> known = keys.isEmpty()
                ? new AuditLog(where.nodeOfOperator()).receiptKeys()
                : keys.stream().map(NoteKey::parse).toList();
        if (known.stream().noneMatch(note::isSignedBy)) {
            output.print(
                    json(receipt).put("kept", "UNSIGNED"),
                    out -> out.line("NOT A RECEIPT of these gateways: no signature with one of " + known));
            return ExitCode.REFUSED.code();
        }
        Path folder = tiles;
        Result result = folder == null ? onTopic(receipt) : inTiles(receipt, folder);
        tell(receipt, result);
        return result.kept() == Kept.OMITTED ? ExitCode.REFUSED.code() : ExitCode.OK.code();
    }

    private Result onTopic(Receipt receipt) {
        AuditLog log = new AuditLog(where.nodeOfOperator());
        ReceiptCheck check = new ReceiptCheck(receipt);
        // Before it is read: what comes while it is read is not to be taken for late.
        Instant now = Clock.systemUTC().instant();
        log.records(log.tenantOf(receipt.origin()), AuditLog.Progress.NONE, found -> {
            if (found.value() != null) {
                check.add(found.value());
            }
        });
        return check.result(now);
    }

    private static Result inTiles(Receipt receipt, Path folder) {
        Checkpoint head = Checkpoint.of(TileFolder.checkpoint(folder));
        if (!head.origin().equals(receipt.origin())) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "--tiles: " + folder + " is the log " + head.origin() + " (expected " + receipt.origin()
                            + ", which the receipt names)");
        }
        TileFolder tiles = new TileFolder(folder, head.tree().size());
        ReceiptCheck check = new ReceiptCheck(receipt);
        for (long tile = 0; tile < head.tree().size(); tile += TileFolder.BUNDLE) {
            tiles.bundle(tile / TileFolder.BUNDLE).forEach(check::add);
        }
        // A copy of the log ends where it ends: only what it goes on with speaks of time.
        return check.result(Instant.MIN);
    }

    private void tell(Receipt receipt, Result result) {
        ObjectNode json = json(receipt).put("kept", result.kept().name()).put("leaves", result.leaves());
        result.index()
                .ifPresent(index ->
                        json.put("index", index).put("lateMs", result.late().toMillis()));
        output.print(
                json,
                out -> out.line(
                        "task " + receipt.taskId() + " of " + receipt.origin() + ": " + words(receipt, result)));
    }

    private static String words(Receipt receipt, Result result) {
        switch (result.kept()) {
            case IN_TIME:
                return "kept, index " + result.index().getAsLong();
            case LATE:
                return "kept, index " + result.index().getAsLong() + ", "
                        + result.late().toMillis() + " ms later than promised";
            case OMITTED:
                return "OMITTED: accepted " + receipt.accepted() + ", promised by " + receipt.by() + ", and none of "
                        + result.leaves() + " records speaks of it";
            default:
                return "not there yet, of " + result.leaves() + " records; promised by " + receipt.by();
        }
    }

    private static ObjectNode json(Receipt receipt) {
        return FabricClient.JSON
                .createObjectNode()
                .put("log", receipt.origin())
                .put("task", receipt.taskId())
                .put("accepted", receipt.accepted().toString())
                .put("by", receipt.by().toString());
    }

    private String read() {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new NodeException(ExitCode.USAGE, file + ": " + e + " (expected a file with a receipt)", e);
        }
    }
}
