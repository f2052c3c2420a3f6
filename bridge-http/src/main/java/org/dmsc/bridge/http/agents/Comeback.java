package org.dmsc.bridge.http.agents;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to do when an agent's answer ended before its task did: whether to subscribe to the task again, to ask for it, or to give it up.
 * Pure; not thread-safe.
 *
 * <pre>
 *   agent streams        SubscribeToTask; cut again and again without news: pauses, then given up; 32 times at most
 *   it does not want it, or its stream ends at once
 *                        GetTask, every half a second
 * </pre>
 */
final class Comeback {

    private static final Duration POLL = Duration.ofMillis(500);

    /** Short: a task whose agent is gone is better off with another one. */
    private static final List<Duration> PAUSES = List.of(Duration.ZERO, Duration.ofMillis(200), Duration.ofMillis(800));

    /** An agent that says something and cuts, again and again, is not one that works. */
    private static final int MOST_CUTS = 32;

    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration MORE_EACH_TIME = Duration.ofMillis(50);

    private Way way;
    private int tries;
    private int times;
    private int cuts;

    Comeback(Way way) {
        this.way = way;
    }

    /** How a task is come back to. */
    enum Way {
        SUBSCRIBE,
        ASK
    }

    /** What to do next, and when. */
    record Step(Way way, Duration after) {}

    /** The answer ended in order, and the task goes on. */
    Step ended(Progress progress) {
        tries = 0;
        if (way == Way.SUBSCRIBE && progress == Progress.NEWS) {
            return new Step(way, later());
        }
        way = Way.ASK;
        return new Step(way, POLL);
    }

    /** The connection is gone; empty when it was tried often enough. */
    Optional<Step> cut(Progress progress) {
        tries = progress == Progress.NEWS ? 0 : tries;
        if (tries == PAUSES.size() || ++cuts > MOST_CUTS) {
            return Optional.empty();
        }
        Duration pause = PAUSES.get(tries++);
        Duration atLeast = later();
        return Optional.of(new Step(way, pause.compareTo(atLeast) < 0 ? atLeast : pause));
    }

    /** At once the first time, and later each time after that. */
    private Duration later() {
        Duration pause = MORE_EACH_TIME.multipliedBy(times++);
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }

    /** The agent is there and does not let us subscribe; empty when not even asking was allowed. */
    Optional<Step> refused() {
        if (way == Way.ASK) {
            return Optional.empty();
        }
        way = Way.ASK;
        return Optional.of(new Step(way, Duration.ZERO));
    }

    /** Whether the agent said something since the last time. */
    enum Progress {
        NEWS,
        SILENCE
    }
}
