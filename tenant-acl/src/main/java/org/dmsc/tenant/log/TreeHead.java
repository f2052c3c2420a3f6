package org.dmsc.tenant.log;

/** What a tree is known by: how many leaves it has, and its root. */
public record TreeHead(long size, Hash root) {

    public TreeHead {
        if (size < 0) {
            throw new IllegalArgumentException("size " + size + " (expected 0 or more)");
        }
    }
}
