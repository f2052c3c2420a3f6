package org.dmsc.router.decide;

import java.util.List;
import java.util.random.RandomGenerator;

/** Chooses among candidates that may all do the task now and fit it about equally well. Pure but for the random numbers it is given. */
@FunctionalInterface
public interface Pick {

    /**
     * One of them.
     *
     * @param close at least one, the most relevant first
     */
    Considered among(Question question, List<Considered> close, RandomGenerator random);
}
