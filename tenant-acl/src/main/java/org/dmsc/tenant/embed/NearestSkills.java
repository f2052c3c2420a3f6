package org.dmsc.tenant.embed;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** From cosines to how near skills are, as rankings use it. Pure. */
final class NearestSkills {

    /** More would only make the record larger: what is further behind is not chosen for its meaning. */
    private static final int MOST = 32;

    private NearestSkills() {}

    /**
     * 1 for the nearest, less for what is behind it, nothing for what is no nearer than skills are on average or than {@code least}: models
     * differ in what a cosine of 0.7 means, but not in what is nearest. The nearest first.
     */
    static Map<String, Double> of(Map<String, Double> cosines, double least) {
        double best = cosines.values().stream().mapToDouble(d -> d).max().orElse(0);
        double mean = cosines.values().stream().mapToDouble(d -> d).average().orElse(0);
        double zero = cosines.size() == 1 ? least : Math.max(mean, least);
        Map<String, Double> nearest = new LinkedHashMap<>();
        if (best <= zero) {
            return nearest;
        }
        cosines.entrySet().stream()
                .filter(entry -> entry.getValue() > zero)
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .limit(MOST)
                .forEach(entry -> nearest.put(entry.getKey(), (entry.getValue() - zero) / (best - zero)));
        return nearest;
    }
}
