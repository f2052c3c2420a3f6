package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NoteTest {

    private static final String ORIGIN = "audit.dmsc.local/acme/local";
    private static final NoteSigner SIGNER = signer(1);
    private static final Checkpoint CHECKPOINT = new Checkpoint(ORIGIN, new TreeHead(7, Hash.leaf(new byte[] {7})));

    private static NoteSigner signer(int seed) {
        byte[] bytes = new byte[NoteSigner.SEED_BYTES];
        new Random(seed).nextBytes(bytes);
        return new NoteSigner(ORIGIN, bytes);
    }

    /** From the package documentation of Go's sumdb/note. */
    @Test
    void verifiesANoteThatGoSigned() {
        NoteKey key = NoteKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        String note = "If you think cryptography is the answer to your problem,\n"
                + "then you don't know what your problem is.\n\n"
                + "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

        SignedNote parsed = SignedNote.parse(note.getBytes(StandardCharsets.UTF_8));

        assertThat(parsed.isSignedBy(key)).isTrue();
        assertThat(key.toString()).startsWith("PeterNeumann+c74f20a3+");
        assertThat(parsed.toString()).isEqualTo(note);
    }

    @Test
    void readsBackWhatItWrote() {
        SignedNote note = SignedNote.sign(CHECKPOINT.text(), List.of(SIGNER));

        SignedNote read = SignedNote.parse(note.bytes());

        assertThat(read).isEqualTo(note);
        assertThat(Checkpoint.of(read)).isEqualTo(CHECKPOINT);
        assertThat(read.isSignedBy(NoteKey.parse(SIGNER.key().toString()))).isTrue();
    }

    @Test
    @DisplayName("case 95: another key verifies nothing; notes of an overlap verify with both keys")
    void case_95_keysRotateWithOverlap() {
        NoteSigner next = signer(2);
        SignedNote before = SignedNote.sign(CHECKPOINT.text(), List.of(SIGNER));
        SignedNote during = SignedNote.sign(CHECKPOINT.text(), List.of(next, SIGNER));
        SignedNote after = SignedNote.sign(CHECKPOINT.text(), List.of(next));

        assertThat(before.isSignedBy(next.key())).isFalse();
        assertThat(SignedNote.parse(during.bytes()).isSignedBy(SIGNER.key())).isTrue();
        assertThat(SignedNote.parse(during.bytes()).isSignedBy(next.key())).isTrue();
        assertThat(after.isSignedBy(SIGNER.key())).isFalse();
    }

    @Test
    void neitherCrashesNorIsFooledByAnyBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        SignedNote note = SignedNote.sign(CHECKPOINT.text(), List.of(SIGNER));
        byte[] good = note.bytes();
        byte[] proof =
                new InclusionProof(3, MerkleTest.leaves(random, 3), note).text().getBytes(StandardCharsets.UTF_8);

        for (int round = 0; round < 5000; round++) {
            byte[] bad = mutated(random, round % 2 == 0 ? good : proof);
            try {
                SignedNote read = round % 2 == 0
                        ? SignedNote.parse(bad)
                        : InclusionProof.parse(new String(bad, StandardCharsets.UTF_8))
                                .note();
                // Only the text is signed: whatever else was changed, this text is what was signed.
                if (read.isSignedBy(SIGNER.key())) {
                    assertThat(read.text()).as("seed %d round %d", seed, round).isEqualTo(note.text());
                }
                assertThat(read.toString().length()).isPositive();
            } catch (RefusedException expected) {
                assertThat(expected.sentence())
                        .as("seed %d round %d", seed, round)
                        .contains("expected");
            }
        }
    }

    private static byte[] mutated(Random random, byte[] good) {
        byte[] bad = good.clone();
        for (int i = 0; i <= random.nextInt(3); i++) {
            switch (random.nextInt(4)) {
                case 0 -> bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
                case 1 -> bad[random.nextInt(bad.length)] = '\n';
                case 2 -> bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                default -> bad = java.util.Arrays.copyOf(bad, 1 + random.nextInt(bad.length));
            }
        }
        return bad;
    }

    @Test
    void refusesCheckpointsThatCouldBeReadInTwoWays() {
        String root = Hash.EMPTY.base64();
        for (String text : List.of(
                "",
                "\n",
                "a\n",
                "a\n1\n",
                "a\n01\n" + root + "\n",
                "a\n+1\n" + root + "\n",
                "a\n-1\n" + root + "\n",
                "a\n9999999999999999999\n" + root + "\n",
                "a\n1\n" + root,
                "a\n1\n" + root + "\nmore\n",
                "\n1\n" + root + "\n",
                "a b\n1\n" + root + "\n",
                "a\n1\n" + root.replace("=", "") + "\n",
                "a\n1\n" + root.replace('U', 'V') + "\n",
                "a\n1\nAAAA\n")) {
            assertThatThrownBy(() -> Checkpoint.parse(text)).as(text).isInstanceOf(RefusedException.class);
        }
    }

    @Test
    void refusesAKeyUnderAnotherKeysId() {
        String vkey = SIGNER.key().toString();
        String other = signer(2).key().toString();
        String forged = vkey.substring(0, ORIGIN.length() + 10) + other.substring(ORIGIN.length() + 10);

        assertThatThrownBy(() -> NoteKey.parse(forged)).hasMessageContaining("expected id");
    }
}
