package org.dmsc.router.topology;

import java.util.List;
import java.util.Optional;
import org.dmsc.router.task.Effect;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.task.TaskRule;
import org.dmsc.schemas.avro.TaskState;

/**
 * All that one record or one due time comes to, ready to be carried out without anything that can fail but Kafka.
 *
 * @param before the task's state until now; empty for a new one
 * @param state the task's state after it
 * @param sealed the state to be stored; empty when it did not change
 * @param due the new due time; 0 when the old one stays
 * @param noLongerDue the entry that the new due time replaces; 0 when it stays, or there is none
 */
record Work(
        TaskKey key,
        Optional<TaskState> before,
        TaskState state,
        Optional<byte[]> sealed,
        List<Effect> effects,
        List<Outbound> out,
        long due,
        long noLongerDue,
        Fate fate) {

    /** What becomes of the task's record. */
    enum Fate {
        KEPT,
        IGNORED,
        FORGOTTEN
    }

    Work {
        effects = List.copyOf(effects);
        out = List.copyOf(out);
    }

    /** Whether somebody outside waits for what it writes: an agent for work or for a stop, a caller for news. */
    boolean urgent() {
        return effects.stream()
                .anyMatch(effect -> effect instanceof Effect.Deliver
                        || effect instanceof Effect.Stop
                        || effect instanceof Effect.Emit);
    }

    /** Whether the task waits for somebody to fall free. */
    boolean waits() {
        return fate != Fate.FORGOTTEN
                && !state.getEnded()
                && !state.getClosing()
                && state.getOpenAttempt() == 0
                && !TaskRule.asks(state);
    }
}
