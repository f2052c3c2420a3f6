package org.dmsc.node.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.log.InclusionProof;
import org.dmsc.tenant.log.NoteKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dmsc audit verify-proof}. */
@Command(
        name = "verify-proof",
        description = "Verifies what 'dmsc audit prove' wrote, offline. Exit code 0: it proves it; 1: it does not.",
        mixinStandardHelpOptions = true)
final class AuditProofCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "the .tlog-proof file")
    private Path file = Path.of("");

    @Option(names = "--leaf", paramLabel = "FILE", description = "the record, byte for byte", required = true)
    private Path leaf = Path.of("");

    @Option(names = "--key", paramLabel = "VKEY", description = "the log's key, from 'dmsc audit key'", required = true)
    private String key = "";

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        InclusionProof proof = InclusionProof.parse(new String(read(file), StandardCharsets.UTF_8));
        boolean good = proof.proves(read(leaf), NoteKey.parse(key));
        output.print(
                FabricClient.JSON.createObjectNode().put("proves", good).put("index", proof.index()),
                out -> out.line(
                        good ? "index " + proof.index() + ": in the log" : "index " + proof.index() + ": NOT PROVEN"));
        return good ? ExitCode.OK.code() : ExitCode.REFUSED.code();
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new NodeException(ExitCode.USAGE, file + ": " + e + " (expected what 'dmsc audit prove' wrote)", e);
        }
    }
}
