package org.dmsc.tenant.intent;

import java.util.Map;

/**
 * What a tenant's past says about one request.
 *
 * @param tasks how many finished tasks are behind it; 0: nothing is known, and nothing is said
 * @param evidence for the hash of each skill the logarithm of its odds
 * @param otherwise the same for a skill that never solved a task
 */
public record Learnt(long tasks, Map<Long, Double> evidence, double otherwise) {

    /** Nothing. */
    public static final Learnt NOTHING = new Learnt(0, Map.of(), 0);

    /** Of a skill by its hash. */
    public double of(long skill) {
        return evidence.getOrDefault(skill, otherwise);
    }
}
