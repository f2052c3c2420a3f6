package org.dmsc.router.task;

import java.util.List;
import java.util.Optional;

/**
 * What a search found.
 *
 * @param last the place of the last one, when more come behind it
 * @param total how many fit, as far as they were counted
 */
public record FoundTasks(List<StoredTaskRecord> tasks, Optional<TaskSearch.Place> last, int total) {

    public FoundTasks {
        tasks = List.copyOf(tasks);
    }
}
