package org.dmsc.bench.simulate;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.dmsc.router.decide.Considered;
import org.dmsc.router.decide.Pick;
import org.dmsc.router.decide.PowerOfTwo;
import org.dmsc.router.decide.Question;
import org.dmsc.schemas.AgentRef;

/** Ways to choose among those that may; everything around the choice is the same for all of them. */
final class Strategies {

    /** The one that production has. */
    static final String DMSC = "dmsc";

    private Strategies() {}

    /** By name; each is made for one run, and knows the truth about the agents, which only the oracle asks. */
    static Map<String, Function<Fleet, Pick>> all() {
        Map<String, Function<Fleet, Pick>> all = new LinkedHashMap<>();
        all.put(DMSC, fleet -> new PowerOfTwo());
        all.put("random", fleet -> (question, close, random) -> close.get(random.nextInt(close.size())));
        all.put("round_robin", fleet -> new RoundRobin());
        all.put("least_connections", fleet -> least(c -> c.candidate().inFlight()));
        all.put("oracle", fleet -> least(c -> fleet.wait(c.candidate().agent())));
        return all;
    }

    static Function<Fleet, Pick> unknown(String name) {
        return fleet -> {
            throw new IllegalArgumentException("strategy: '" + name + "' (expected one of " + all().keySet() + ")");
        };
    }

    /** The one with the least; the first of a random turn where several have it. */
    private static Pick least(ToDoubleFunction<Considered> what) {
        return (question, close, random) -> {
            int begin = random.nextInt(close.size());
            Considered best = close.get(begin);
            double least = what.applyAsDouble(best);
            for (int i = 1; i < close.size(); i++) {
                Considered other = close.get((begin + i) % close.size());
                double value = what.applyAsDouble(other);
                if (value < least) {
                    best = other;
                    least = value;
                }
            }
            return best;
        };
    }

    /** Whoever's turn is longest ago. */
    private static final class RoundRobin implements Pick {

        private final Map<AgentRef, Long> turns = new HashMap<>();
        private long turn;

        @Override
        public Considered among(Question question, List<Considered> close, RandomGenerator random) {
            Considered next = close.stream()
                    .min(Comparator.comparingLong(
                            c -> turns.getOrDefault(c.candidate().agent(), 0L)))
                    .orElseThrow();
            turns.put(next.candidate().agent(), ++turn);
            return next;
        }
    }
}
