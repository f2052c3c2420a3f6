package org.dmsc.tenant.log;

/** The complete subtrees of a log: from memory or from tiles. */
public interface Nodes {

    /**
     * The root of a complete subtree.
     *
     * @param level of the root; 0 is a leaf's hash
     * @param index among the subtrees of that level, from the left
     * @throws IndexOutOfBoundsException when the log is not that large
     */
    Hash node(int level, long index);
}
