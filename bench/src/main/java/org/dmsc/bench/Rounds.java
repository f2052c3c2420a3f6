package org.dmsc.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What several rounds of the same load come to. */
final class Rounds {

    private Rounds() {}

    /** The median of a value over the rounds. */
    static double median(List<Load.Result> rounds, ToDoubleFunction<Load.Result> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** The sum of a value over the rounds. */
    static double total(List<Load.Result> rounds, ToDoubleFunction<Load.Result> value) {
        return rounds.stream().mapToDouble(value).sum();
    }

    /** One round for people who wait. */
    static String line(String what, Load.Result result) {
        return String.format(
                Locale.ROOT,
                "%-34s p50 %7.2f ms   p99 %8.2f ms   max %8.2f ms   failed %d",
                what,
                result.p50(),
                result.p99(),
                result.max(),
                result.failed());
    }
}
