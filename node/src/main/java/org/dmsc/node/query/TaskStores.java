package org.dmsc.node.query;

import java.util.concurrent.CompletionStage;
import org.dmsc.router.task.TaskSearch;

/** Stores of routers, here or elsewhere. MUST NOT block, and never fails: a store that cannot be asked has no lanes. Thread-safe. */
public interface TaskStores {

    /** One task. */
    CompletionStage<Look> look(TaskQuestion question);

    /** A caller's tasks in those lanes that can be searched now. */
    CompletionStage<KeptPage> search(TaskSearch search);
}
