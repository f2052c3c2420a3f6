package org.dmsc.router.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.CosignerKey;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.NoteSigner;
import org.dmsc.tenant.log.Proofs;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TreeHead;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WitnessingTest {

    private static final String ORIGIN = "audit.dmsc.test/root/local";
    private static final NoteSigner SIGNER = new NoteSigner(ORIGIN, new byte[NoteSigner.SEED_BYTES]);

    private final OperatorLog log = new OperatorLog();
    private final SignerCounters counters = new SignerCounters();
    private final Careful witness = new Careful();
    private final Witnessing witnessing = new Witnessing(List.of(witness), log, counters);
    private long now = 1_000_000;

    /** Keeps the rules of C2SP tlog-witness; says what it is told to say instead, when there is something. */
    private static final class Careful implements Witness {

        private final KeyPair pair = pair();
        private final Deque<CompletionStage<Answer>> instead = new ArrayDeque<>();
        private final List<Long> olds = new ArrayList<>();
        private TreeHead seen = new TreeHead(0, Hash.EMPTY);

        @Override
        public CosignerKey key() {
            byte[] typed = ByteBuffer.allocate(33).put((byte) 4).put(raw()).array();
            return CosignerKey.parse("w.test+" + HexFormat.of().toHexDigits(id()) + "+"
                    + Base64.getEncoder().encodeToString(typed));
        }

        private static KeyPair pair() {
            try {
                return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        private byte[] raw() {
            byte[] encoded = pair.getPublic().getEncoded();
            return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        }

        private byte[] signature(byte[] message) {
            try {
                Signature signer = Signature.getInstance("Ed25519");
                signer.initSign(pair.getPrivate());
                signer.update(message);
                return signer.sign();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        private int id() {
            try {
                byte[] key = raw();
                java.security.MessageDigest digest = java.security.MessageDigest.getInstance("SHA-256");
                digest.update("w.test\n".getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 4);
                return ByteBuffer.wrap(digest.digest(key)).getInt();
            } catch (java.security.NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public CompletionStage<Answer> add(long old, List<Hash> proof, SignedNote checkpoint) {
            olds.add(old);
            if (!instead.isEmpty()) {
                return instead.poll();
            }
            TreeHead shown = Checkpoint.of(checkpoint).tree();
            if (old != seen.size()) {
                return CompletableFuture.completedStage(new Answer.Knows(seen.size()));
            }
            if (!Proofs.extend(seen, shown, proof) && seen.size() > 0) {
                return CompletableFuture.completedStage(new Answer.Contradicts("another history"));
            }
            seen = shown;
            return CompletableFuture.completedStage(new Answer.Cosigned(List.of(line(checkpoint.text()))));
        }

        private String line(String text) {
            byte[] message = ("cosignature/v1\ntime 7\n" + text).getBytes(StandardCharsets.UTF_8);
            byte[] all = ByteBuffer.allocate(4 + 8 + 64)
                    .putInt(id())
                    .putLong(7)
                    .put(signature(message))
                    .array();
            return "\u2014 w.test " + Base64.getEncoder().encodeToString(all);
        }
    }

    private void grow(int leaves) {
        for (int i = 0; i < leaves; i++) {
            log.leaf(("checkpoint " + log.nodes().size()).getBytes(StandardCharsets.UTF_8), now);
        }
        now += OperatorLog.MOST_MS;
        TreeHead head = log.due(now).orElseThrow();
        log.signed(head);
        witnessing.published(SignedNote.sign(new Checkpoint(ORIGIN, head).text(), List.of(SIGNER)));
    }

    private List<SignedNote> turns() {
        List<SignedNote> cosigned = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            cosigned.addAll(witnessing.turn(now));
            now += 1100;
        }
        return cosigned;
    }

    @Test
    void eachHeadIsShownWithTheProofThatItExtendsTheOneBeforeAndPublishedWithItsCosignature() {
        for (int size : new int[] {3, 4, 1, 200, 57}) {
            grow(size);

            assertThat(turns()).singleElement().satisfies(note -> {
                assertThat(witness.key().cosigned(note)).contains(java.time.Instant.ofEpochSecond(7));
                assertThat(note.isSignedBy(SIGNER.key())).isTrue();
                assertThat(Checkpoint.of(note).tree()).isEqualTo(log.published());
            });
        }
        assertThat(witness.olds).containsExactly(0L, 3L, 7L, 8L, 208L);
        assertThat(log.nodes().kept()).as("what is proven is forgotten").isLessThan(64);
    }

    @Test
    void goesOnWithWhatTheWitnessSignedAndWasNotHeard() {
        grow(5);
        turns();
        witness.instead.add(CompletableFuture.failedStage(new java.io.IOException("away")));
        grow(6);
        turns();
        witness.seen = log.published();
        witness.instead.add(CompletableFuture.failedStage(new java.io.IOException("away")));
        grow(7);

        assertThat(turns()).hasSize(1);
        assertThat(counters.all()).containsEntry("witness_away", 2L).containsEntry("cosignatures", 3L);
    }

    @Test
    @DisplayName(
            "case 92: file and topic rolled back together are found by a witness, which knows more: nothing more is signed")
    void case_92_theWitnessKnowsMore() {
        grow(5);
        witness.seen = new TreeHead(9, Hash.EMPTY);
        turns();

        assertThat(log.frozen().orElseThrow().what()).contains("rolled back");
        assertThat(counters.all()).containsEntry("witness_refusals", 1L);
        assertThat(log.due(now + 100_000)).isEmpty();
    }

    @Test
    void anInvalidCosignatureIsNotPublished() {
        grow(5);
        witness.instead.add(
                CompletableFuture.completedStage(new Witness.Answer.Cosigned(List.of(witness.line("another text\n")))));

        assertThat(turns()).isEmpty();
        assertThat(counters.all()).containsEntry("witness_refusals", 1L);
        assertThat(log.frozen()).as("its fault, not this log's").isEmpty();
    }
}
