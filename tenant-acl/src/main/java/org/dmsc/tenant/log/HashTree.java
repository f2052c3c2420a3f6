package org.dmsc.tenant.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A growing tree with all of its nodes in memory, 64 bytes per leaf, for proofs. Not thread-safe. */
public final class HashTree implements Nodes {

    private static final int FIRST_CAPACITY = 1024;

    private final List<Level> levels = new ArrayList<>();

    /** Adds a leaf. */
    public void add(Hash leaf) {
        Hash carried = leaf;
        for (int level = 0; ; level++) {
            if (level == levels.size()) {
                levels.add(new Level());
            }
            Level row = levels.get(level);
            row.add(carried);
            if (row.count % 2 == 1) {
                return;
            }
            carried = Hash.node(row.get(row.count - 2L), carried);
        }
    }

    /** How many leaves there are. */
    public long size() {
        return levels.isEmpty() ? 0 : levels.get(0).count;
    }

    @Override
    public Hash node(int level, long index) {
        return levels.get(level).get(index);
    }

    private static final class Level {

        private byte[] hashes = new byte[FIRST_CAPACITY];
        private int count;

        void add(Hash hash) {
            int offset = Math.multiplyExact(count, Hash.BYTES);
            if (offset + Hash.BYTES > hashes.length) {
                hashes = Arrays.copyOf(hashes, Math.multiplyExact(hashes.length, 2));
            }
            hash.copyTo(hashes, offset);
            count++;
        }

        Hash get(long index) {
            return Hash.at(hashes, Objects.checkIndex((int) index, count) * Hash.BYTES);
        }
    }
}
