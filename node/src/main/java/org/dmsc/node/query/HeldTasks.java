package org.dmsc.node.query;

import org.dmsc.router.task.TaskSearch;

/** What one router holds of tasks. May block for as long as Kafka takes to answer. Thread-safe. */
public interface HeldTasks {

    /** One task. */
    Look look(TaskQuestion question);

    /** A caller's tasks in those lanes that are here now. */
    KeptPage search(TaskSearch search);
}
