package org.dmsc.node.query;

import java.util.Optional;

/** What a store says of one task. */
public sealed interface Look {

    /** The task, by everything that was asked for; or that there is none. */
    record Kept(Optional<KeptTask> task) implements Look {}

    /**
     * The lane is here, and the router has not read so far yet: worth asking again soon.
     *
     * @param begunAt when the task began, in milliseconds; 0 when it is not known
     */
    record Behind(long begunAt) implements Look {}

    /**
     * The lane is not here, or on the move.
     *
     * @param owner who is said to have it
     */
    record Elsewhere(Optional<RouterAddress> owner) implements Look {
        static final Elsewhere UNKNOWN = new Elsewhere(Optional.empty());
    }
}
