package org.dmsc.tenant.log;

import java.util.HashMap;
import java.util.Map;

/**
 * A growing tree of which only that is kept that proves its consistency with heads from a size on: the right edge at that size, and all nodes
 * behind it. Not thread-safe.
 */
public final class RecentNodes implements Nodes {

    private record Place(int level, long index) {}

    private final Map<Place, Hash> nodes = new HashMap<>();
    private long size;

    /** Adds a leaf. */
    public void add(Hash leaf) {
        Hash carried = leaf;
        long index = size;
        nodes.put(new Place(0, index), carried);
        for (int level = 1; (index & 1) == 1; level++) {
            carried = Hash.node(node(level - 1, index - 1), carried);
            index >>= 1;
            nodes.put(new Place(level, index), carried);
        }
        size++;
    }

    /** How many leaves there are. */
    public long size() {
        return size;
    }

    /** How many nodes are kept. */
    public int kept() {
        return nodes.size();
    }

    /** From now on nobody asks for a proof from a smaller size. */
    public void forget(long before) {
        long from = Math.min(before, size);
        nodes.keySet().removeIf(place -> {
            long end = (place.index() + 1) << place.level();
            // The complete subtrees that the tree of that size is made of; the next one up would end behind it.
            boolean edge = end <= from && (place.index() & 1) == 0 && (place.index() + 2) << place.level() > from;
            return end <= from && !edge;
        });
    }

    @Override
    public Hash node(int level, long index) {
        Hash found = nodes.get(new Place(level, index));
        if (found == null) {
            throw new IndexOutOfBoundsException("node " + index + " of level " + level + " is not kept");
        }
        return found;
    }
}
