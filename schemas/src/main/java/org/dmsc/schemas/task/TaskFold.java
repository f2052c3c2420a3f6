package org.dmsc.schemas.task;

import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * The one reading of a task's events (design 14.1). The router and every bridge MUST use it and nothing else to know where a task stands,
 * and MUST feed it the task's events in the order of their partition: then they all agree, whatever raced.
 *
 * <pre>
 *   ASSIGNED(n), n &gt; last        opens attempt n
 *   AGENT_UPDATE(n)              counts while n is open:   COMPLETED ends the task
 *                                                          FAILED, REJECTED, CANCELED close the attempt, never the task
 *                                                          other states move the task; none = artifact or message
 *   AGENT_UPDATE(0), INPUT_REQUIRED   counts while none is open: the router asks the caller which skill it means
 *   ATTEMPT_FAILED(n), ATTEMPT_CLOSED(n)   close attempt n if it is open
 *   ENDED(state)                 ends the task
 *   anything after the end, or from an attempt that is not open, is ignored
 * </pre>
 */
public final class TaskFold {

    private TaskFold() {}

    /** What an event did. */
    public enum Effect {
        /** Ignored: late, repeated, or from a closed attempt. */
        NONE,
        /** Known, nothing for the caller. */
        NOTED,
        /** The caller may see it. */
        VISIBLE,
        /** The open attempt ended without a result; the router decides what comes next. */
        ATTEMPT_CLOSED,
        /** The task ended; the caller sees it. */
        ENDED
    }

    /** The state after an event, and what the event did. */
    public record Step(TaskProgress progress, Effect effect) {

        /** Whether the caller sees another status, or the same one said again: what the time of a task's status follows. */
        public boolean setsStatus(TaskProgress before, TaskEvent event) {
            boolean said = event.getState() != null && (effect == Effect.VISIBLE || effect == Effect.ENDED);
            return said || progress.state() != before.state();
        }
    }

    /** Applies one event. */
    public static Step apply(TaskProgress before, TaskEvent event) {
        if (before.ended()) {
            return new Step(before, Effect.NONE);
        }
        switch (event.getKind()) {
            case ACCEPTED:
            case DEFERRED:
                return new Step(before, Effect.NOTED);
            case ASSIGNED:
                return assigned(before, event.getAttempt());
            case AGENT_UPDATE:
                if (asks(before, event)) {
                    return new Step(
                            new TaskProgress(TaskStateName.INPUT_REQUIRED, 0, before.lastAttempt(), false),
                            Effect.VISIBLE);
                }
                return event.getAttempt() == before.openAttempt() && before.openAttempt() > 0
                        ? update(before, event.getState())
                        : new Step(before, Effect.NONE);
            case ATTEMPT_FAILED:
            case ATTEMPT_CLOSED:
                return event.getAttempt() == before.openAttempt() && before.openAttempt() > 0
                        ? closed(before)
                        : new Step(before, Effect.NONE);
            case ENDED:
                return ended(before, event.getState());
            case CANARY:
                return new Step(before, Effect.NONE);
        }
        throw new IllegalStateException("unknown kind of event: " + event.getKind());
    }

    private static Step assigned(TaskProgress before, int attempt) {
        if (attempt <= before.lastAttempt()) {
            return new Step(before, Effect.NONE);
        }
        return new Step(new TaskProgress(before.resumed(), attempt, attempt, false), Effect.NOTED);
    }

    /** Attempts count from 1: only the router says something without one. */
    private static boolean asks(TaskProgress before, TaskEvent event) {
        return event.getAttempt() == 0 && before.openAttempt() == 0 && event.getState() == TaskStateName.INPUT_REQUIRED;
    }

    private static Step update(TaskProgress before, TaskStateName state) {
        if (state == null) {
            return new Step(before, Effect.VISIBLE);
        }
        switch (state) {
            case COMPLETED:
                return ended(before, state);
            case FAILED:
            case REJECTED:
            case CANCELED:
                return closed(before);
            case SUBMITTED:
            case WORKING:
            case INPUT_REQUIRED:
            case AUTH_REQUIRED:
                return new Step(
                        new TaskProgress(state, before.openAttempt(), before.lastAttempt(), false), Effect.VISIBLE);
        }
        throw new IllegalStateException("unknown state: " + state);
    }

    private static Step closed(TaskProgress before) {
        return new Step(new TaskProgress(before.resumed(), 0, before.lastAttempt(), false), Effect.ATTEMPT_CLOSED);
    }

    private static Step ended(TaskProgress before, TaskStateName state) {
        TaskStateName last = state == null ? TaskStateName.FAILED : state;
        return new Step(new TaskProgress(last, 0, before.lastAttempt(), true), Effect.ENDED);
    }
}
