package org.dmsc.tenant.intent;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Features of a model by their hash: open addressing, because a decision looks up some fifty of them. Not thread-safe. */
final class FeatureTable {

    /** What is known of a feature: how often it was seen, and a count and a weight for each skill it says something about. */
    static final class Row {

        private final long feature;
        float seen;
        /** Sum of squared gradients: what was corrected often is corrected in smaller steps. */
        float steps;

        private short[] skills = new short[1];
        private float[] counts = new float[1];
        private float[] weights = new float[1];
        private int size;

        private Row(long feature) {
            this.feature = feature;
        }

        int size() {
            return size;
        }

        int skill(int cell) {
            return skills[cell];
        }

        float count(int cell) {
            return counts[cell];
        }

        float weight(int cell) {
            return weights[cell];
        }

        void solvedBy(int skill) {
            // First: it may replace the arrays.
            int cell = cell(skill);
            counts[cell]++;
        }

        void turn(int skill, double by) {
            int cell = cell(skill);
            weights[cell] += (float) by;
        }

        /** Keeps half of everything. */
        void fade() {
            seen /= 2;
            steps /= 2;
            for (int i = 0; i < size; i++) {
                counts[i] /= 2;
                weights[i] /= 2;
            }
        }

        private int cell(int skill) {
            for (int i = 0; i < size; i++) {
                if (skills[i] == skill) {
                    return i;
                }
            }
            if (size == skills.length) {
                int more = size + (size >> 1) + 1;
                skills = Arrays.copyOf(skills, more);
                counts = Arrays.copyOf(counts, more);
                weights = Arrays.copyOf(weights, more);
            }
            skills[size] = (short) skill;
            return size++;
        }
    }

    private @Nullable Row[] rows = new Row[64];
    private int size;

    int size() {
        return size;
    }

    @Nullable Row find(long feature) {
        return rows[slot(feature)];
    }

    Row findOrAdd(long feature) {
        Row found = rows[slot(feature)];
        if (found != null) {
            return found;
        }
        if (2 * size >= rows.length) {
            rebuild(2 * rows.length, 0);
        }
        Row row = new Row(feature);
        put(row);
        return row;
    }

    /** Halves all, and drops what was then seen less often than this. */
    void fade(float least) {
        for (Row row : rows) {
            if (row != null) {
                row.fade();
            }
        }
        rebuild(rows.length, least);
    }

    private void rebuild(int length, float least) {
        @Nullable Row[] old = rows;
        rows = new Row[length];
        size = 0;
        for (Row row : old) {
            if (row != null && row.seen >= least) {
                put(row);
            }
        }
    }

    private void put(Row row) {
        rows[slot(row.feature)] = row;
        size++;
    }

    private int slot(long feature) {
        int mask = rows.length - 1;
        int slot = (int) (feature ^ feature >>> 32) & mask;
        for (Row row = rows[slot]; row != null && row.feature != feature; row = rows[slot]) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
