package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.dmsc.tenant.keys.SecretFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogKeysTest {

    private static final String ORIGIN = "audit.fabric.localhost/acme/main";
    private static final String TEXT = new Checkpoint(ORIGIN, new TreeHead(0, Hash.EMPTY)).text();

    @TempDir
    Path folder;

    private LogKeys open(String name) {
        return LogKeys.openOrCreate(folder.resolve(name), new SecureRandom());
    }

    private List<NoteKey> verifiers(String name) {
        return LogKeys.verifiers(folder.resolve(name), ORIGIN);
    }

    @Test
    @DisplayName("case 95: a replaced key does not verify; while they overlap both do")
    void keysRotateWithOverlap() throws Exception {
        SignedNote old = SignedNote.sign(TEXT, open("old").signers(ORIGIN));
        SignedNote fresh = SignedNote.sign(TEXT, open("fresh").signers(ORIGIN));
        NoteKey oldKey = verifiers("old").get(0);
        NoteKey freshKey = verifiers("fresh").get(0);
        assertThat(old.isSignedBy(oldKey)).isTrue();
        assertThat(fresh.isSignedBy(oldKey)).as("replaced without overlap").isFalse();

        String both = Files.readString(folder.resolve("fresh/signing.keys"))
                + Files.readString(folder.resolve("old/signing.keys"));
        SecretFile.write(folder.resolve("both/signing.keys"), both.getBytes(StandardCharsets.UTF_8));
        SignedNote overlap = SignedNote.sign(TEXT, open("both").signers(ORIGIN));

        assertThat(overlap.isSignedBy(oldKey)).isTrue();
        assertThat(overlap.isSignedBy(freshKey)).isTrue();
        assertThat(verifiers("both"))
                .extracting(NoteKey::toString)
                .containsExactly(freshKey.toString(), oldKey.toString());
    }
}
