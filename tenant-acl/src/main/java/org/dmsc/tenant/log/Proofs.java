package org.dmsc.tenant.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Roots, inclusion and consistency proofs of RFC 6962 2.1, made and checked. Pure. */
public final class Proofs {

    private Proofs() {}

    /** The root of the first leaves of a log. */
    public static Hash root(Nodes nodes, long size) {
        return size == 0 ? Hash.EMPTY : root(nodes, 0, size);
    }

    private static Hash root(Nodes nodes, long from, long to) {
        long width = to - from;
        if (Long.bitCount(width) == 1) {
            int level = Long.numberOfTrailingZeros(width);
            return nodes.node(level, from >> level);
        }
        long split = from + split(width);
        return Hash.node(root(nodes, from, split), root(nodes, split, to));
    }

    /** The largest power of two below a width of at least 2. */
    private static long split(long width) {
        return Long.highestOneBit(width - 1);
    }

    /** What shows that the leaf of that index is in the tree of that size, from the leaf upwards (RFC 6962 2.1.1). */
    public static List<Hash> inclusion(Nodes nodes, long index, long size) {
        Objects.checkIndex(index, size);
        List<Hash> downwards = new ArrayList<>();
        long from = 0;
        long to = size;
        while (to - from > 1) {
            long split = from + split(to - from);
            if (index < split) {
                downwards.add(0, root(nodes, split, to));
                to = split;
            } else {
                downwards.add(0, root(nodes, from, split));
                from = split;
            }
        }
        return downwards;
    }

    /** What shows that the tree of the smaller size is the beginning of the other (RFC 6962 2.1.2). */
    public static List<Hash> consistency(Nodes nodes, long smaller, long size) {
        Objects.checkFromToIndex(smaller, size, Long.MAX_VALUE);
        List<Hash> proof = new ArrayList<>();
        if (smaller == 0 || smaller == size) {
            return proof;
        }
        long from = 0;
        long to = size;
        while (to != smaller) {
            long split = from + split(to - from);
            if (smaller <= split) {
                proof.add(0, root(nodes, split, to));
                to = split;
            } else {
                proof.add(0, root(nodes, from, split));
                from = split;
            }
        }
        if (from != 0) {
            proof.add(0, root(nodes, from, to));
        }
        return proof;
    }

    /** Whether the proof shows that this leaf has that index in that tree (RFC 9162 2.1.3.2). */
    public static boolean includes(TreeHead tree, long index, Hash leaf, List<Hash> proof) {
        if (index < 0 || index >= tree.size()) {
            return false;
        }
        long place = index;
        long last = tree.size() - 1;
        Hash reached = leaf;
        for (Hash next : proof) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                reached = Hash.node(next, reached);
                int up = (place & 1) == 1 ? 0 : Long.numberOfTrailingZeros(place);
                place >>= up;
                last >>= up;
            } else {
                reached = Hash.node(reached, next);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && reached.equals(tree.root());
    }

    /** Whether the proof shows that one tree is the beginning of the other (RFC 9162 2.1.4.2). */
    public static boolean extend(TreeHead smaller, TreeHead larger, List<Hash> proof) {
        if (smaller.size() > larger.size()) {
            return false;
        }
        if (smaller.size() == 0) {
            return proof.isEmpty() && smaller.root().equals(Hash.EMPTY);
        }
        if (smaller.size() == larger.size()) {
            return proof.isEmpty() && smaller.root().equals(larger.root());
        }
        List<Hash> path = new ArrayList<>(proof);
        if (Long.bitCount(smaller.size()) == 1) {
            path.add(0, smaller.root());
        }
        return !path.isEmpty() && reaches(smaller, larger, path);
    }

    private static boolean reaches(TreeHead smaller, TreeHead larger, List<Hash> path) {
        int whole = Long.numberOfTrailingZeros(smaller.size());
        long place = (smaller.size() - 1) >> whole;
        long last = (larger.size() - 1) >> whole;
        Hash small = path.get(0);
        Hash large = path.get(0);
        for (Hash next : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((place & 1) == 1 || place == last) {
                small = Hash.node(next, small);
                large = Hash.node(next, large);
                int up = place == 0 || (place & 1) == 1 ? 0 : Long.numberOfTrailingZeros(place);
                place >>= up;
                last >>= up;
            } else {
                large = Hash.node(large, next);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && small.equals(smaller.root()) && large.equals(larger.root());
    }
}
