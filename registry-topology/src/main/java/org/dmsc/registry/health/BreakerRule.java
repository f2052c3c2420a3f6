package org.dmsc.registry.health;

import java.util.HashMap;
import java.util.Map;
import org.dmsc.schemas.avro.AgentState;

/**
 * The circuit breaker of each skill of an agent.
 *
 * <pre>
 *   closed (no entry) ─n failures in a row─▶ OPEN ─rest is over─▶ HALF_OPEN ─success─▶ closed
 *                                              ▲                     │
 *                                              └──────failure────────┘ (rests twice as long)
 * </pre>
 */
final class BreakerRule {

    static final String OPEN = "OPEN";
    static final String HALF_OPEN = "HALF_OPEN";
    private static final int MOST_DOUBLINGS = 16;

    private final HealthPolicy policy;

    BreakerRule(HealthPolicy policy) {
        this.policy = policy;
    }

    /** The breakers with their memory. */
    record Breakers(
            Map<String, String> open,
            Map<String, Integer> failures,
            Map<String, Long> retryAt,
            Map<String, Integer> trips) {

        static Breakers of(AgentState state) {
            return new Breakers(
                    new HashMap<>(state.getSnapshot().getBreakers()),
                    new HashMap<>(state.getFailures()),
                    new HashMap<>(state.getRetryAt()),
                    new HashMap<>(state.getTrips()));
        }
    }

    Breakers succeeded(AgentState state, String skill) {
        Breakers after = Breakers.of(state);
        after.open().remove(skill);
        after.failures().remove(skill);
        after.retryAt().remove(skill);
        after.trips().remove(skill);
        return after;
    }

    Breakers failed(AgentState state, String skill, long now) {
        Breakers after = Breakers.of(state);
        int failures = after.failures().merge(skill, 1, Integer::sum);
        boolean tried = HALF_OPEN.equals(after.open().get(skill));
        boolean closed = !after.open().containsKey(skill);
        if (tried || (closed && failures >= policy.breakerFailures())) {
            int trips = after.trips().merge(skill, 1, Integer::sum);
            after.open().put(skill, OPEN);
            after.retryAt().put(skill, now + rest(trips));
        }
        return after;
    }

    /** Lets breakers whose rest is over be tried. */
    Breakers rested(AgentState state, long now) {
        Breakers after = Breakers.of(state);
        after.open().replaceAll((skill, is) -> restIsOver(after, skill, now) ? HALF_OPEN : is);
        after.retryAt().values().removeIf(at -> now >= at);
        return after;
    }

    private static boolean restIsOver(Breakers breakers, String skill, long now) {
        return now >= breakers.retryAt().getOrDefault(skill, 0L);
    }

    private long rest(int trips) {
        long doubled = policy.firstRest().toMillis() << Math.min(MOST_DOUBLINGS, trips - 1);
        return Math.min(policy.longestRest().toMillis(), doubled);
    }
}
