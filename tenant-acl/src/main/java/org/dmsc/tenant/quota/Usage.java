package org.dmsc.tenant.quota;

import java.util.Map;

/**
 * What one gateway told of limits that all gateways share.
 *
 * @param demands wanted per second, taken or refused, by limit
 * @param held now, by limit
 */
public record Usage(Map<String, Double> demands, Map<String, Long> held) {

    public Usage {
        demands = Map.copyOf(demands);
        held = Map.copyOf(held);
    }
}
