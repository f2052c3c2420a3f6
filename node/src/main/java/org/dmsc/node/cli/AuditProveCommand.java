package org.dmsc.node.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dmsc.node.audit.AuditLog;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.HashTree;
import org.dmsc.tenant.log.InclusionProof;
import org.dmsc.tenant.log.Proofs;
import org.dmsc.tenant.log.SignedNote;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc audit prove}. */
@Command(
        name = "prove",
        description = {
            "Proves that a record is in the log (C2SP tlog-proof), for somebody who has nothing but the log's key.",
            "Writes FILE.tlog-proof and FILE.leaf, the record itself."
        },
        mixinStandardHelpOptions = true)
final class AuditProveCommand implements Callable<Integer> {

    @Parameters(paramLabel = "INDEX", description = "the record's index")
    private long index;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "whose log", required = true)
    private String tenant = "";

    @Option(names = "--out", paramLabel = "FILE", description = "where to, without ending", required = true)
    private Path out = Path.of("");

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        AuditLog log = new AuditLog(where.nodeOfOperator());
        SignedNote note = log.newest(tenant, log.keys(tenant, List.of()));
        long size = Checkpoint.of(note).tree().size();
        if (index < 0 || index >= size) {
            throw new NodeException(
                    ExitCode.USAGE, "index " + index + " (expected 0 to " + (size - 1) + ", which are signed)");
        }
        HashTree tree = new HashTree();
        byte[][] leaf = {new byte[0]};
        log.records(tenant, AuditLog.Progress.NONE, found -> {
            if (tree.size() < size) {
                byte[] value = Optional.ofNullable(found.value()).orElse(new byte[0]);
                leaf[0] = tree.size() == index ? value : leaf[0];
                tree.add(Hash.leaf(value));
            }
        });
        if (tree.size() < size
                || !Proofs.root(tree, size).equals(Checkpoint.of(note).tree().root())) {
            throw new NodeException(ExitCode.REFUSED, "the log is not what was signed (look with: dmsc audit verify)");
        }
        InclusionProof proof = new InclusionProof(index, Proofs.inclusion(tree, index, size), note);
        write(out + ".tlog-proof", proof.text().getBytes(StandardCharsets.UTF_8));
        write(out + ".leaf", leaf[0]);
        return ExitCode.OK.code();
    }

    private void write(String file, byte[] content) {
        try {
            Files.write(Path.of(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
        output.line(file);
    }
}
