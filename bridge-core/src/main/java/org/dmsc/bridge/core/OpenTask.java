package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A task that somebody here waits for. Thread-safe. */
public interface OpenTask {

    String taskId();

    String contextId();

    /** What the caller may keep as proof that the gateway took the task; none for one that is only followed, or where nobody signs. */
    default Optional<String> receipt() {
        return Optional.empty();
    }

    /**
     * All updates from the task's first, in order, then live ones; those that are known already come before this method returns. Several
     * listeners see the same. A listener MUST NOT block and MUST NOT throw: it runs on the thread that reads Kafka.
     */
    void listen(TaskListener listener);

    /**
     * Completes when the task has ended or waits for its caller (input or authentication required). Fails with DEADLINE_EXCEEDED when nothing
     * was heard until well after the task's deadline, with DUPLICATE when the task's id belongs to somebody else.
     */
    CompletionStage<TaskView> settled();

    /** Where the task stands by what has come in so far. */
    TaskView view();

    /**
     * Where the task stood when this message was sent to it; for a task that is only followed, where it stands now. A stream that begins with
     * it shows each update that the message caused, however fast they came.
     */
    default TaskView before() {
        return view();
    }

    /** Ends the waiting, not the task. Listeners get nothing any more. */
    void release();
}
