package org.dmsc.tenant.quota;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides a tenant's rate among gateways. Pure: whoever knows the same demands comes to the same shares, so nobody needs to own the division.
 *
 * <p>Small demands are met in full and what is left is shared evenly among the larger ones; what nobody wants is spread evenly, so that each
 * has room to grow. None gets less than {@code rate / (2G)}, so a gateway that is new to a tenant can serve it before it has told anybody. As
 * long as demands are as told, what is taken is never more than the rate; a floor that begins to be used is told with the next report.
 */
public final class RateDivision {

    private RateDivision() {}

    /**
     * The share of each gateway.
     *
     * @param rate per second, to be divided
     * @param demands per second of each live gateway; 0 for one that wants nothing
     */
    public static Map<String, Double> divide(double rate, Map<String, Double> demands) {
        int gateways = demands.size();
        double floor = rate / (2.0 * gateways);
        List<Map.Entry<String, Double>> ascending = demands.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .toList();
        Map<String, Double> met = new HashMap<>();
        double left = rate;
        int waiting = gateways;
        for (Map.Entry<String, Double> one : ascending) {
            double given = Math.min(Math.max(0, one.getValue()), left / waiting);
            met.put(one.getKey(), given);
            left -= given;
            waiting--;
        }
        double room = Math.max(0, left) / Math.max(1, gateways);
        met.replaceAll((gateway, given) -> Math.max(floor, given + room));
        return met;
    }
}
