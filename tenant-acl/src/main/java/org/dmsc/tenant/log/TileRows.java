package org.dmsc.tenant.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the hash tiles of a log, each when it is full, the rest at the end. Keeps one tile per row. Not thread-safe. */
final class TileRows {

    /** Takes a finished tile. */
    @FunctionalInterface
    interface Sink {
        void take(int level, long tile, byte[] hashes);
    }

    private final Sink sink;
    private final List<Row> rows = new ArrayList<>();

    TileRows(Sink sink) {
        this.sink = sink;
    }

    void add(Hash leaf) {
        add(0, leaf);
    }

    private void add(int level, Hash hash) {
        if (level == rows.size()) {
            rows.add(new Row());
        }
        Row row = rows.get(level);
        hash.copyTo(row.hashes, row.width * Hash.BYTES);
        row.above.add(hash);
        row.width++;
        if (row.width == TilePath.WIDTH) {
            Hash root = row.above.root();
            sink.take(level, row.tile, row.hashes.clone());
            row.next();
            add(level + 1, root);
        }
    }

    /** Hands over the partial tiles at the right edge; nothing may be added afterwards. */
    void finish() {
        for (int level = 0; level < rows.size(); level++) {
            Row row = rows.get(level);
            if (row.width > 0) {
                sink.take(level, row.tile, Arrays.copyOf(row.hashes, row.width * Hash.BYTES));
            }
        }
    }

    private static final class Row {

        private final byte[] hashes = new byte[TilePath.WIDTH * Hash.BYTES];
        private Frontier above = new Frontier();
        private long tile;
        private int width;

        void next() {
            tile++;
            width = 0;
            above = new Frontier();
        }
    }
}
