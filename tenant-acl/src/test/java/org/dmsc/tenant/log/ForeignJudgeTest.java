package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signature, root, inclusion and consistency as Go's x/mod judges them: code that shares nothing with ours. */
class ForeignJudgeTest {

    private static final String GO_LIBRARY = "/usr/share/gocode";
    private static final int SIZE = 700;
    private static final int OLD = 333;
    private static final int INDEX = 300;

    @TempDir
    Path folder;

    private static byte[] leaf(int index) {
        return ByteBuffer.allocate(12).putInt(index).putLong(index * 31L).array();
    }

    @Test
    @DisplayName("case 99: Go's sumdb/note and tlog accept what we wrote, and reject one bit of it flipped")
    void case_99_foreignVerifier() throws Exception {
        assumeTrue(
                Files.exists(Path.of(GO_LIBRARY, "src/golang.org/x/mod/sumdb/note")),
                "no Go with x/mod here (apt-get install golang-go golang-golang-x-mod-dev)");
        Path judge = compile();
        NoteSigner signer = new NoteSigner("audit.dmsc.local/acme/local", new byte[NoteSigner.SEED_BYTES]);
        List<String> command = command(judge, export(signer), signer);

        assertThat(run(command)).contains("ACCEPTED " + SIZE);

        for (String file : List.of("log/checkpoint", "log/tile/entries/001", "leaf", "proof")) {
            Path victim = folder.resolve(file);
            byte[] good = Files.readAllBytes(victim);
            byte[] bad = good.clone();
            bad[bad.length / 2] ^= 1;
            Files.write(victim, bad);
            assertThat(run(command)).as(file).contains("REJECTED");
            Files.write(victim, good);
        }
        assertThat(run(command)).contains("ACCEPTED " + SIZE);
    }

    private Path compile() throws IOException, InterruptedException {
        Path judge = folder.resolve("judge");
        String output = run(List.of(
                "go",
                "build",
                "-o",
                judge.toString(),
                Path.of("src/test/go/judge.go").toAbsolutePath().toString()));
        assertThat(judge).as(output).exists();
        return judge;
    }

    private HashTree export(NoteSigner signer) throws IOException {
        HashTree tree = new HashTree();
        TileWriter writer = new TileWriter(folder.resolve("log"));
        for (int i = 0; i < SIZE; i++) {
            tree.add(Hash.leaf(leaf(i)));
            writer.add(leaf(i));
        }
        Checkpoint checkpoint = new Checkpoint(signer.key().name(), new TreeHead(SIZE, Proofs.root(tree, SIZE)));
        SignedNote note = SignedNote.sign(checkpoint.text(), List.of(signer));
        writer.finish(note);
        String proof = new InclusionProof(INDEX, Proofs.inclusion(tree, INDEX, SIZE), note).text();
        Files.write(folder.resolve("proof"), proof.getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve("leaf"), leaf(INDEX));
        return tree;
    }

    private List<String> command(Path judge, HashTree tree, NoteSigner signer) {
        List<String> command = new ArrayList<>(List.of(
                judge.toString(),
                folder.resolve("log").toString(),
                signer.key().toString(),
                folder.resolve("proof").toString(),
                folder.resolve("leaf").toString(),
                Integer.toString(OLD),
                Proofs.root(tree, OLD).base64()));
        Proofs.consistency(tree, OLD, SIZE).forEach(hash -> command.add(hash.base64()));
        return command;
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("GO111MODULE", "off");
        builder.environment().put("GOPATH", GO_LIBRARY);
        builder.environment().put("GOCACHE", folder.resolve("cache").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int unused = process.waitFor();
        return output;
    }
}
