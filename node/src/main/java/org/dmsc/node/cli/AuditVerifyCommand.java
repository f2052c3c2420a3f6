package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.audit.TopicCheck;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.serde.AuditLeaf;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.TileCheck;
import org.dmsc.tenant.log.TileFolder;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dmsc audit verify}. */
@Command(
        name = "verify",
        description = {
            "Proves that nothing was removed, changed, reordered or cut off.",
            "Reads the topic and every checkpoint that was ever signed; with --tiles an export, offline.",
            "Exit code 0: whole; 1: tampered, and the first bad index is named."
        },
        mixinStandardHelpOptions = true)
final class AuditVerifyCommand implements Callable<Integer> {

    @Option(names = "--tenant", paramLabel = "TENANT", description = "only this tenant's log", defaultValue = "")
    private String tenant = "";

    @Option(names = "--tiles", paramLabel = "DIR", description = "an export instead of the topic; needs --key")
    private @Nullable Path tiles;

    @Option(
            names = "--operator",
            paramLabel = "DIR",
            description = "with --tiles: export of the operator log (--tenant root), which must have the checkpoint")
    private @Nullable Path operator;

    @Option(
            names = "--key",
            paramLabel = "VKEY",
            description = "key that must have signed, as 'dmsc audit key' prints it; once per key")
    private List<String> keys = new ArrayList<>();

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Path folder = tiles;
        requireOperator(folder);
        Map<String, Verdict> verdicts = folder == null ? topic() : Map.of(folder.toString(), tiles(folder));
        verdicts.forEach(this::tell);
        return verdicts.values().stream().allMatch(Whole.class::isInstance)
                ? ExitCode.OK.code()
                : ExitCode.REFUSED.code();
    }

    /** With an export of the operator log: the tenant's checkpoint must be one of its leaves. */
    private void requireOperator(@Nullable Path folder) {
        Path over = operator;
        if (over == null) {
            return;
        }
        if (folder == null) {
            throw new NodeException(ExitCode.USAGE, "--operator: needs --tiles (from the topic both are read anyway)");
        }
        Verdict verdict = tiles(over);
        tell(over.toString(), verdict);
        byte[] checkpoint = TileFolder.checkpoint(folder).bytes();
        long size = Checkpoint.of(TileFolder.checkpoint(over)).tree().size();
        TileFolder leaves = new TileFolder(over, size);
        boolean there = LongStream.rangeClosed(0, Math.max(0, size - 1) / TileFolder.BUNDLE)
                .anyMatch(tile -> leaves.bundle(tile).stream().anyMatch(leaf -> Arrays.equals(leaf, checkpoint)));
        if (!there || !(verdict instanceof Whole)) {
            throw new NodeException(
                    ExitCode.REFUSED,
                    there
                            ? "the operator log is not what was signed"
                            : "the checkpoint of " + folder + " is not in the operator log " + over
                                    + " (expected an export of the operator log that was made later)");
        }
    }

    private Verdict tiles(Path folder) {
        if (keys.isEmpty()) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "--key: missing (expected the log's key from somebody you trust: an export cannot vouch for itself)");
        }
        return TileCheck.check(folder, keys.stream().map(NoteKey::parse).toList(), indexes(folder), bar()::counted);
    }

    /** Audit records say which index they have; the operator log's leaves are checkpoints and say none. */
    private static Function<byte[], OptionalLong> indexes(Path folder) {
        String origin = Checkpoint.of(TileFolder.checkpoint(folder)).origin();
        if (!origin.contains("/" + LogOrigin.OPERATOR + "/")) {
            return AuditLeaf::index;
        }
        AtomicLong next = new AtomicLong();
        return leaf -> OptionalLong.of(next.getAndIncrement());
    }

    private Map<String, Verdict> topic() {
        ProgressBar bar = bar();
        Map<String, Verdict> verdicts =
                new TopicCheck(new AuditLog(where.nodeOfOperator()), keys).verdicts(tenant, bar::at);
        bar.end();
        return verdicts;
    }

    private ProgressBar bar() {
        return new ProgressBar("verifying", spec.commandLine().getErr());
    }

    private void tell(String name, Verdict verdict) {
        ObjectNode json = FabricClient.JSON.createObjectNode().put("log", name);
        if (verdict instanceof Whole whole) {
            json.put("verdict", "whole")
                    .put("leaves", whole.tree().size())
                    .put("signed", whole.covered())
                    .put("root", whole.tree().root().base64());
            output.print(
                    json,
                    out -> out.line(name + ": whole, " + whole.tree().size() + " leaves, " + whole.covered()
                            + " of them signed, root " + whole.tree().root()));
        } else if (verdict instanceof Tampered tampered) {
            json.put("verdict", "tampered")
                    .put("first", tampered.first())
                    .put("latest", tampered.latest())
                    .put("what", tampered.what());
            output.print(json, out -> out.line(name + ": TAMPERED, " + tampered.sentence()));
        }
    }
}
