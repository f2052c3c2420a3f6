package org.dmsc.bridge.core;

import java.util.concurrent.CompletionStage;
import org.dmsc.tenant.identity.Caller;

/**
 * The one flow that all bridges share: admit, name, seal, publish, await.
 *
 * <p>Nothing here blocks, so event loops may call it. Stages complete on a thread of the fabric (Kafka's network thread, the event feed):
 * what hangs on them MUST NOT block either. A refusal is a stage failed with {@link org.dmsc.schemas.RefusedException}, and is audited here.
 */
public interface Exchange {

    /**
     * Takes a request in. The stage completes when Kafka has the task, so whoever sees it complete may tell the caller that nothing gets lost.
     * The same message id of the same caller gives the same task. The {@link OpenTask} MUST be released.
     */
    CompletionStage<OpenTask> ask(Caller caller, AgentMessage message);

    /** Where one of the caller's own tasks stands; TASK_UNKNOWN for anybody else's. */
    CompletionStage<TaskView> find(Caller caller, String taskId);

    /** The caller's own tasks, the newest status first; UNAVAILABLE, to be tried again, when not all of them can be seen now. */
    CompletionStage<TaskPage> list(Caller caller, TaskFilter filter);

    /** Follows a task of the caller's own that exists: everything from its first update, then live. MUST be released. */
    CompletionStage<OpenTask> follow(Caller caller, String taskId);

    /** Asks for a task's end; completes when the wish is in the log. TASK_NOT_CANCELABLE when it has ended otherwise. */
    CompletionStage<TaskView> cancel(Caller caller, String taskId, String reason);
}
