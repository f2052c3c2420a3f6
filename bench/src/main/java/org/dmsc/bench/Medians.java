package org.dmsc.bench;

import java.util.ArrayList;
import java.util.List;

/** Values of one kind, measured several times. */
final class Medians {

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    /** The one in the middle. */
    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
