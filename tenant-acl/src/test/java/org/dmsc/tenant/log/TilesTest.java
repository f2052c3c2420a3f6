package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiles as they are written, and as somebody with root on the disk leaves them (case 91). */
class TilesTest {

    private static final String ORIGIN = "audit.dmsc.local/acme/local";
    private static final NoteSigner SIGNER = new NoteSigner(ORIGIN, new byte[NoteSigner.SEED_BYTES]);
    private static final int SIZE = 700;
    private static final int VICTIM = 300;

    @TempDir
    Path folder;

    private static byte[] leaf(long index) {
        return ByteBuffer.allocate(20)
                .putLong(index)
                .putLong(index * 31)
                .putInt(7)
                .array();
    }

    private static OptionalLong index(byte[] leaf) {
        return leaf.length < Long.BYTES
                ? OptionalLong.empty()
                : OptionalLong.of(ByteBuffer.wrap(leaf).getLong());
    }

    private static List<byte[]> leaves(int size) {
        List<byte[]> leaves = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            leaves.add(leaf(i));
        }
        return leaves;
    }

    private static HashTree tree(List<byte[]> leaves) {
        HashTree tree = new HashTree();
        leaves.forEach(leaf -> tree.add(Hash.leaf(leaf)));
        return tree;
    }

    private static SignedNote note(TreeHead head, NoteSigner signer) {
        return SignedNote.sign(new Checkpoint(ORIGIN, head).text(), List.of(signer));
    }

    private void export(List<byte[]> leaves, NoteSigner signer) {
        TileWriter writer = new TileWriter(folder);
        leaves.forEach(writer::add);
        writer.finish(note(new TreeHead(leaves.size(), Proofs.root(tree(leaves), leaves.size())), signer));
    }

    private Verdict check() {
        return TileCheck.check(folder, List.of(SIGNER.key()), TilesTest::index, seen -> {});
    }

    @Test
    void namesTilesAsTheSpecificationDoes() {
        assertThat(TilePath.hashes(0, 0, 256)).isEqualTo("tile/0/000");
        assertThat(TilePath.hashes(1, 1234067, 256)).isEqualTo("tile/1/x001/x234/067");
        assertThat(TilePath.entries(5, 17)).isEqualTo("tile/entries/005.p/17");
    }

    @Test
    void givesTheSameProofsFromTilesAsFromMemory() {
        for (int size : List.of(1, 2, 255, 256, 257, 513, SIZE)) {
            List<byte[]> leaves = leaves(size);
            export(leaves, SIGNER);
            HashTree memory = tree(leaves);
            TileFolder tiles = new TileFolder(folder, size);

            for (int index = 0; index < size; index += 17) {
                assertThat(Proofs.inclusion(tiles, index, size)).isEqualTo(Proofs.inclusion(memory, index, size));
                assertThat(Proofs.consistency(tiles, index, size)).isEqualTo(Proofs.consistency(memory, index, size));
                assertThat(tiles.leaf(index)).isEqualTo(leaves.get(index));
            }
            assertThat(check()).isEqualTo(new Whole(new TreeHead(size, Proofs.root(memory, size)), size));
        }
    }

    @Test
    void aProofOnPaperConvincesWhoHasTheKeyOnly() {
        export(leaves(SIZE), SIGNER);
        TileFolder tiles = new TileFolder(folder, SIZE);
        InclusionProof proof = InclusionProof.parse(
                new InclusionProof(VICTIM, Proofs.inclusion(tiles, VICTIM, SIZE), TileFolder.checkpoint(folder))
                        .text());

        assertThat(proof.proves(leaf(VICTIM), SIGNER.key())).isTrue();
        assertThat(proof.proves(leaf(VICTIM + 1), SIGNER.key())).isFalse();
        assertThat(proof.proves(
                        leaf(VICTIM),
                        new NoteSigner(ORIGIN, new byte[] {
                                    1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8,
                                    9, 0, 1, 2
                                })
                                .key()))
                .isFalse();
    }

    @Test
    @DisplayName("case 91: flip, delete, insert, swap, truncate in the entries: the first bad index is named")
    void case_91_namesTheFirstBadIndexOfTheEntries() throws IOException {
        assertThat(afterTampering(all -> all.get(VICTIM)[15] ^= 1)).isEqualTo(VICTIM);
        assertThat(afterTampering(all -> all.remove(VICTIM))).isEqualTo(VICTIM);
        assertThat(afterTampering(all -> all.add(VICTIM, leaf(VICTIM)))).isEqualTo(VICTIM + 1);
        assertThat(afterTampering(all -> all.add(VICTIM, leaf(9999)))).isEqualTo(VICTIM);
        assertThat(afterTampering(all -> all.set(VICTIM, all.set(VICTIM + 9, all.get(VICTIM)))))
                .isEqualTo(VICTIM);
        assertThat(afterTampering(all -> all.subList(VICTIM, all.size()).clear()))
                .isEqualTo(VICTIM);
        assertThat(afterTampering(all -> all.get(0)[15] ^= 1)).isZero();
        assertThat(afterTampering(all -> all.get(SIZE - 1)[15] ^= 1)).isEqualTo(SIZE - 1);
    }

    /** The entries rewritten, the hash tiles and the checkpoint as they were. */
    private long afterTampering(Consumer<List<byte[]>> tamper) throws IOException {
        export(leaves(SIZE), SIGNER);
        List<byte[]> changed = leaves(SIZE);
        tamper.accept(changed);
        for (int tile = 0; tile * TilePath.WIDTH < SIZE; tile++) {
            int width = TilePath.width(SIZE, tile);
            int from = Math.min(changed.size(), tile * TilePath.WIDTH);
            int to = Math.min(changed.size(), from + width);
            ByteBuffer bundle = ByteBuffer.allocate(WIDEST);
            changed.subList(from, to)
                    .forEach(leaf -> bundle.putShort((short) leaf.length).put(leaf));
            Files.write(
                    folder.resolve(TilePath.entries(tile, width)),
                    java.util.Arrays.copyOf(bundle.array(), bundle.position()));
        }
        Tampered found = (Tampered) check();
        assertThat(found.first()).isEqualTo(found.latest());
        return found.first();
    }

    private static final int WIDEST = 256 * 100;

    @Test
    @DisplayName("case 91: whoever also rewrites the tiles is found by the signed root; whoever seals anew, by the key")
    void case_91_tilesAndSealRewritten() throws IOException {
        export(leaves(SIZE), SIGNER);
        byte[] signed = Files.readAllBytes(folder.resolve(TileWriter.CHECKPOINT));
        List<byte[]> changed = leaves(SIZE);
        changed.get(VICTIM)[15] ^= 1;
        byte[] other = new byte[NoteSigner.SEED_BYTES];
        other[0] = 1;
        export(changed, new NoteSigner(ORIGIN, other));
        assertThat(check())
                .isInstanceOfSatisfying(
                        Tampered.class,
                        found -> assertThat(found.what()).contains("not signed with a key of this log"));

        Files.write(folder.resolve(TileWriter.CHECKPOINT), signed);

        assertThat(check()).isInstanceOfSatisfying(Tampered.class, found -> {
            assertThat(found.first()).isLessThanOrEqualTo(VICTIM);
            assertThat(found.latest()).isGreaterThanOrEqualTo(VICTIM);
            assertThat(found.what()).contains("not the signed");
        });
    }

    @Test
    @DisplayName("case 91: against all checkpoints the first bad index lies between two of them")
    void case_91_betweenTwoCheckpoints() {
        List<byte[]> leaves = leaves(SIZE);
        HashTree tree = tree(leaves);
        List<TreeHead> heads = new ArrayList<>();
        for (int size = 50; size <= SIZE; size += 50) {
            heads.add(new TreeHead(size, Proofs.root(tree, size)));
        }
        leaves.get(VICTIM + 20)[15] ^= 1;
        LogCheck log = new LogCheck(TilesTest::index);
        log.expect(heads);
        leaves.forEach(log::add);

        assertThat(log.verdict()).isInstanceOfSatisfying(Tampered.class, found -> {
            assertThat(found.first()).isEqualTo(VICTIM);
            assertThat(found.latest()).isEqualTo(VICTIM + 49);
        });
    }

    @Test
    @DisplayName("case 93: two roots for one size are found")
    void case_93_twoRootsForOneSize() {
        LogCheck log = new LogCheck(TilesTest::index);
        log.expect(List.of(new TreeHead(3, Hash.EMPTY), new TreeHead(3, Hash.leaf(new byte[0]))));

        assertThat(log.verdict())
                .isInstanceOfSatisfying(
                        Tampered.class, found -> assertThat(found.what()).contains("two roots"));
    }
}
