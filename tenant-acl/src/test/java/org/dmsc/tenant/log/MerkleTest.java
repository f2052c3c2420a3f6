package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the vectors of the Certificate Transparency authors, and against RFC 6962's definitions written down naively. */
class MerkleTest {

    private static final int MOST = 70;

    /** Leaves of the reference vectors, and the root after each of them. */
    private static final List<String> LEAVES =
            List.of("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS = List.of(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    @Test
    void givesTheRootsOfTheReferenceVectors() {
        Frontier frontier = new Frontier();
        assertThat(HexFormat.of().formatHex(frontier.root().bytes()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

        for (int i = 0; i < LEAVES.size(); i++) {
            frontier.add(Hash.leaf(HexFormat.of().parseHex(LEAVES.get(i))));

            assertThat(HexFormat.of().formatHex(frontier.root().bytes())).isEqualTo(ROOTS.get(i));
        }
    }

    @Test
    void rootsAndProofsAreThoseOfTheDefinitionForEverySize() {
        List<Hash> leaves = leaves(new Random(1), MOST);
        HashTree tree = tree(leaves);
        Frontier frontier = new Frontier();

        for (int size = 0; size <= MOST; size++) {
            TreeHead head = new TreeHead(size, naive(leaves.subList(0, size)));
            assertThat(Proofs.root(tree, size)).isEqualTo(head.root());
            assertThat(frontier.root()).isEqualTo(head.root());
            for (int index = 0; index < size; index++) {
                List<Hash> proof = Proofs.inclusion(tree, index, size);
                assertThat(proof).isEqualTo(naivePath(index, leaves.subList(0, size)));
                assertThat(Proofs.includes(head, index, leaves.get(index), proof))
                        .isTrue();
            }
            for (int smaller = 0; smaller <= size; smaller++) {
                TreeHead before = new TreeHead(smaller, naive(leaves.subList(0, smaller)));
                List<Hash> proof = Proofs.consistency(tree, smaller, size);
                assertThat(Proofs.extend(before, head, proof))
                        .as("%d to %d", smaller, size)
                        .isTrue();
            }
            if (size < MOST) {
                frontier.add(leaves.get(size));
            }
        }
    }

    @Test
    void refusesEveryProofOfSomethingElse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Hash> leaves = leaves(random, MOST);
        HashTree tree = tree(leaves);

        for (int round = 0; round < 3000; round++) {
            int size = 1 + random.nextInt(MOST);
            int index = random.nextInt(size);
            int other = random.nextInt(size);
            TreeHead head = new TreeHead(size, Proofs.root(tree, size));
            List<Hash> proof = Proofs.inclusion(tree, index, size);
            assertThat(Proofs.includes(head, other, leaves.get(index), proof))
                    .as("seed %d: leaf %d of %d as %d", seed, index, size, other)
                    .isEqualTo(index == other);
            assertThat(Proofs.includes(head, index, leaves.get(index), broken(random, proof)))
                    .as("seed %d: leaf %d of %d by a broken proof", seed, index, size)
                    .isFalse();

            int smaller = 1 + random.nextInt(size);
            TreeHead before = new TreeHead(smaller, Proofs.root(tree, smaller));
            List<Hash> extends_ = Proofs.consistency(tree, smaller, size);
            assertThat(Proofs.extend(before, head, broken(random, extends_)))
                    .as("seed %d: %d to %d by a broken proof", seed, smaller, size)
                    .isFalse();
            TreeHead forged = new TreeHead(smaller, stranger(random));
            assertThat(Proofs.extend(forged, head, extends_))
                    .as("seed %d: another tree of %d to %d", seed, smaller, size)
                    .isFalse();
        }
    }

    /** One hash changed, taken away, or added. */
    private static List<Hash> broken(Random random, List<Hash> proof) {
        List<Hash> broken = new ArrayList<>(proof);
        int place = proof.isEmpty() ? 0 : random.nextInt(proof.size());
        Hash other = stranger(random);
        switch (proof.isEmpty() ? 0 : random.nextInt(3)) {
            case 0 -> broken.add(place, other);
            case 1 -> broken.set(place, other);
            default -> broken.remove(place);
        }
        return broken;
    }

    /** Of more bytes than any leaf has, so that it is none of them. */
    private static Hash stranger(Random random) {
        byte[] content = new byte[64];
        random.nextBytes(content);
        return Hash.leaf(content);
    }

    static List<Hash> leaves(Random random, int count) {
        List<Hash> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // No two alike: equal leaves beside each other have each other's proofs.
            byte[] content = new byte[8 + random.nextInt(40)];
            random.nextBytes(content);
            leaves.add(Hash.leaf(content));
        }
        return leaves;
    }

    private static HashTree tree(List<Hash> leaves) {
        HashTree tree = new HashTree();
        leaves.forEach(tree::add);
        return tree;
    }

    private static int split(int size) {
        int split = 1;
        while (split * 2 < size) {
            split *= 2;
        }
        return split;
    }

    private static Hash naive(List<Hash> leaves) {
        if (leaves.isEmpty()) {
            return Hash.EMPTY;
        }
        if (leaves.size() == 1) {
            return leaves.get(0);
        }
        int split = split(leaves.size());
        return Hash.node(naive(leaves.subList(0, split)), naive(leaves.subList(split, leaves.size())));
    }

    private static List<Hash> naivePath(int index, List<Hash> leaves) {
        if (leaves.size() == 1) {
            return List.of();
        }
        int split = split(leaves.size());
        List<Hash> left = leaves.subList(0, split);
        List<Hash> right = leaves.subList(split, leaves.size());
        List<Hash> path = new ArrayList<>(index < split ? naivePath(index, left) : naivePath(index - split, right));
        path.add(naive(index < split ? right : left));
        return path;
    }
}
