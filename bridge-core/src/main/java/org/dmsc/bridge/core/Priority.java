package org.dmsc.bridge.core;

import java.util.Locale;
import java.util.Optional;

/** Classes of tasks; where tasks wait for an agent, a higher class is looked at first, and a lower one still gets its turn. */
public enum Priority {
    LOW(-1),
    NORMAL(0),
    HIGH(1);

    private final int rank;

    Priority(int rank) {
        this.rank = rank;
    }

    /** As records have it. */
    public int rank() {
        return rank;
    }

    /** The lower of the two: a sub-task is never more urgent than what it is for. */
    public Priority atMost(Priority other) {
        return rank <= other.rank ? this : other;
    }

    /** The class of that rank, or the nearest. */
    public static Priority of(int rank) {
        return rank < 0 ? LOW : rank > 0 ? HIGH : NORMAL;
    }

    /** The class of that name, in lower case; empty when there is none. */
    public static Optional<Priority> of(String name) {
        for (Priority priority : values()) {
            if (priority.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(priority);
            }
        }
        return Optional.empty();
    }
}
