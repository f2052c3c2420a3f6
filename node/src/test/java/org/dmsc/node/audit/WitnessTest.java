package org.dmsc.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dmsc.node.testing.WitnessProcess;
import org.dmsc.router.checkpoint.Witness;
import org.dmsc.router.checkpoint.Witness.Answer;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.CosignerKey;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.HashTree;
import org.dmsc.tenant.log.NoteSigner;
import org.dmsc.tenant.log.Proofs;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TreeHead;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our client and the witness in examples/, a process of its own that shares no code with us; Go judges what it signed. */
final class WitnessTest {

    private static final String ORIGIN = "audit.dmsc.test/root/local";
    private static final NoteSigner SIGNER = new NoteSigner(ORIGIN, new byte[NoteSigner.SEED_BYTES]);
    private static final Path GO_LIBRARY = Path.of("/usr/share/gocode");

    @TempDir
    Path folder;

    private final HashTree tree = new HashTree();

    private SignedNote head(int size) {
        while (tree.size() < size) {
            tree.add(Hash.leaf(("checkpoint " + tree.size()).getBytes(StandardCharsets.UTF_8)));
        }
        return note(ORIGIN, new TreeHead(size, Proofs.root(tree, size)), SIGNER);
    }

    private static SignedNote note(String origin, TreeHead head, NoteSigner signer) {
        return SignedNote.sign(new Checkpoint(origin, head).text(), List.of(signer));
    }

    private static Answer add(Witness witness, long old, List<Hash> proof, SignedNote note) throws Exception {
        return witness.add(old, proof, note).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("case 92: a witness cosigns what extends what it saw, and nothing else, over a restart of its own")
    void case_92_cosignsWhatExtends() throws Exception {
        SignedNote cosigned;
        String vkey;
        try (WitnessProcess running = running()) {
            Witness witness = client(running);
            cosigned = with(witness, add(witness, 0, List.of(), head(5)), head(5));
            assertThat(add(witness, 0, List.of(), head(9))).isEqualTo(new Answer.Knows(5));
            assertThat(add(witness, 5, List.of(), head(9))).isInstanceOf(Answer.Contradicts.class);
            assertThat(add(
                            witness,
                            5,
                            Proofs.consistency(tree, 5, 9),
                            note(ORIGIN, new TreeHead(9, Hash.EMPTY), SIGNER)))
                    .isInstanceOf(Answer.Contradicts.class);
            cosigned = with(witness, add(witness, 5, Proofs.consistency(tree, 5, 9), head(9)), head(9));
            NoteSigner stranger =
                    new NoteSigner(ORIGIN, "another seed of thirty-two bytes".getBytes(StandardCharsets.UTF_8));
            assertThat(add(witness, 9, List.of(), note(ORIGIN, new TreeHead(9, Hash.EMPTY), stranger)))
                    .isInstanceOf(Answer.Refused.class);
            assertThat(add(witness, 0, List.of(), note("other.test/log", new TreeHead(1, Hash.EMPTY), stranger)))
                    .isInstanceOf(Answer.Refused.class);
            vkey = running.vkey();
        }
        try (WitnessProcess again = running()) {
            assertThat(again.vkey()).isEqualTo(vkey);
            assertThat(add(client(again), 0, List.of(), head(5))).isEqualTo(new Answer.Knows(9));
        }
        judge(cosigned, vkey);
    }

    private static SignedNote with(Witness witness, Answer answer, SignedNote note) {
        assertThat(answer).isInstanceOf(Answer.Cosigned.class);
        SignedNote with = note;
        for (String line : ((Answer.Cosigned) answer).lines()) {
            with = with.with(line);
        }
        assertThat(witness.key().cosigned(with)).isPresent();
        assertThat(with.isSignedBy(SIGNER.key())).isTrue();
        assertThat(with.only(ORIGIN)).isEqualTo(note);
        return with;
    }

    private void judge(SignedNote cosigned, String vkey) throws Exception {
        assumeThat(GO_LIBRARY.resolve("src/golang.org/x/mod/sumdb/note"))
                .as("Go with x/mod (apt-get install golang-go golang-golang-x-mod-dev)")
                .exists();
        Path file = folder.resolve("cosigned");
        Files.write(file, cosigned.bytes());
        Path judge = Path.of("src/test/go/cosigned.go").toAbsolutePath();

        assertThat(run(
                        "go",
                        "run",
                        judge.toString(),
                        file.toString(),
                        SIGNER.key().toString(),
                        vkey))
                .contains("ACCEPTED 2");
        String bad = cosigned.toString().replace("\n9\n", "\n8\n");
        Files.writeString(file, bad);
        assertThat(run(
                        "go",
                        "run",
                        judge.toString(),
                        file.toString(),
                        SIGNER.key().toString(),
                        vkey))
                .contains("REJECTED");
    }

    private String run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("GO111MODULE", "off");
        builder.environment().put("GOPATH", GO_LIBRARY.toString());
        builder.environment().put("GOCACHE", folder.resolve("cache").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int unused = process.waitFor();
        return output;
    }

    private WitnessProcess running() {
        return WitnessProcess.start(folder.resolve("witness"), SIGNER.key().toString());
    }

    private static Witness client(WitnessProcess running) {
        return new HttpWitness(HttpWitness.client(), running.url(), CosignerKey.parse(running.vkey()));
    }
}
