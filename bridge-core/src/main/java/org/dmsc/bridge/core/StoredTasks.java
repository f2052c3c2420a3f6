package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;

/** A page of tasks as the router's store has them; see {@link TaskPage}. */
public record StoredTasks(List<StoredTask> tasks, Optional<TaskCursor> next, int total) {

    public StoredTasks {
        tasks = List.copyOf(tasks);
    }
}
