package org.dmsc.tenant.intent;

import java.util.Map;

/**
 * What a tenant's past says about one request. Thread-safe.
 */
public final class Learnt {

    /** Nothing. */
    public static final Learnt NOTHING = new Learnt(0, Map.of(), new double[0], 0);

    private final long tasks;
    private final Map<Long, Integer> places;
    private final double[] evidence;
    private final double otherwise;

    /** Keeps the array; the map may grow behind it, places beyond the array are of skills that came later. */
    Learnt(long tasks, Map<Long, Integer> places, double[] evidence, double otherwise) {
        this.tasks = tasks;
        this.places = places;
        this.evidence = evidence;
        this.otherwise = otherwise;
    }

    /** How many finished tasks are behind it; 0: nothing is known, and nothing is said. */
    public long tasks() {
        return tasks;
    }

    /** Whether a skill ever solved a task, by its hash. */
    public boolean knows(long skill) {
        Integer place = places.get(skill);
        return place != null && place < evidence.length;
    }

    /** The logarithm of its odds; one value for all skills that never solved a task. */
    public double of(long skill) {
        Integer place = places.get(skill);
        return place == null || place >= evidence.length ? otherwise : evidence[place];
    }
}
