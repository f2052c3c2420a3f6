package org.dmsc.bridge.core.watch;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.StoredTasks;
import org.dmsc.bridge.core.TaskCursor;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.bridge.core.TaskPage;

/** One page out of all tasks of a caller. Pure. */
final class Pages {

    private static final Comparator<StoredTask> ORDER =
            Comparator.comparingLong(StoredTask::updatedAt).reversed().thenComparing(StoredTask::taskId);

    private Pages() {}

    static StoredTasks of(List<StoredTask> all, String caller, TaskFilter filter) {
        List<StoredTask> fitting = all.stream()
                .filter(task -> task.callerAgent().equals(caller))
                .filter(task -> filter.contextId()
                        .filter(wanted -> !wanted.equals(task.contextId()))
                        .isEmpty())
                .filter(task -> filter.state()
                        .filter(wanted -> wanted != task.progress().state())
                        .isEmpty())
                .filter(task -> task.updatedAt() >= filter.since().orElse(Long.MIN_VALUE))
                .sorted(ORDER)
                .toList();
        List<StoredTask> behind = fitting.stream()
                .filter(task ->
                        filter.after().filter(after -> !isBehind(task, after)).isEmpty())
                .toList();
        List<StoredTask> page = behind.subList(0, Math.min(filter.pageSize(), behind.size()));
        Optional<TaskCursor> next =
                behind.size() > page.size() ? Optional.of(cursor(page.get(page.size() - 1))) : Optional.empty();
        return new StoredTasks(page, next, Math.min(fitting.size(), TaskPage.MOST_COUNTED));
    }

    private static boolean isBehind(StoredTask task, TaskCursor place) {
        return task.updatedAt() != place.statusAt()
                ? task.updatedAt() < place.statusAt()
                : task.taskId().compareTo(place.taskId()) > 0;
    }

    private static TaskCursor cursor(StoredTask task) {
        return new TaskCursor(task.updatedAt(), task.taskId());
    }
}
