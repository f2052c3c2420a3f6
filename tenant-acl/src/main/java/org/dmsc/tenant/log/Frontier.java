package org.dmsc.tenant.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** A growing tree of which only the right edge is kept, at most 64 hashes: enough for its root, not for proofs. Not thread-safe. */
public final class Frontier {

    /** Roots of the complete subtrees, the smallest and rightmost first. */
    private final Deque<Hash> edge = new ArrayDeque<>();

    private long size;

    /** Adds a leaf. */
    public void add(Hash leaf) {
        Hash carried = leaf;
        for (long rest = size; (rest & 1) == 1; rest >>= 1) {
            carried = Hash.node(edge.pop(), carried);
        }
        edge.push(carried);
        size++;
    }

    /** How many leaves there are. */
    public long size() {
        return size;
    }

    /** The root of the tree of all leaves so far. */
    public Hash root() {
        if (edge.isEmpty()) {
            return Hash.EMPTY;
        }
        Iterator<Hash> leftwards = edge.iterator();
        Hash root = leftwards.next();
        while (leftwards.hasNext()) {
            root = Hash.node(leftwards.next(), root);
        }
        return root;
    }
}
