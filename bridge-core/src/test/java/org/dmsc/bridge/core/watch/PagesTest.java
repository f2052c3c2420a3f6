package org.dmsc.bridge.core.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.bridge.core.StoredTasks;
import org.dmsc.bridge.core.TaskCursor;
import org.dmsc.bridge.core.TaskFilter;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.task.TaskProgress;
import org.junit.jupiter.api.Test;

class PagesTest {

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);
    private static final SealedEnvelope SEALED = new SealedEnvelope(
            "TaskSubmission",
            new SealedPart(1, "acme", "k", "tasks", "m", "s", "", "TaskSubmission", 1, 0L, NONE, NONE, NONE),
            null);

    private static StoredTask task(String id, String caller, String context, TaskStateName state, long at) {
        return new StoredTask(
                new TenantId("acme"),
                id,
                context,
                caller,
                new TaskProgress(state, 0, 0, false),
                Optional.empty(),
                Optional.empty(),
                0,
                at,
                SEALED,
                List.of());
    }

    private static TaskFilter filter(Optional<TaskStateName> state, OptionalLong since, int size) {
        return new TaskFilter(Optional.empty(), state, since, size, Optional.empty(), false, OptionalInt.empty());
    }

    @Test
    void pagesHaveNoHolesAndNoRepeats() {
        Random random = new Random(3);
        List<StoredTask> all = new ArrayList<>();
        for (int i = 0; i < 237; i++) {
            all.add(task("t" + (1000 + i), "me", "c", TaskStateName.WORKING, random.nextInt(20)));
        }
        List<String> seen = new ArrayList<>();
        TaskFilter filter = filter(Optional.empty(), OptionalLong.empty(), 10);
        Optional<TaskCursor> next;
        do {
            StoredTasks page = Pages.of(all, "me", filter);
            assertThat(page.total()).isEqualTo(237);
            page.tasks().forEach(task -> seen.add(task.taskId()));
            next = page.next();
            filter = next.map(filter::from).orElse(filter);
        } while (next.isPresent());

        assertThat(seen).hasSize(237).doesNotHaveDuplicates();
    }

    @Test
    void showsTheCallersOwnThatFitTheNewestFirst() {
        List<StoredTask> all = List.of(
                task("a", "me", "c", TaskStateName.WORKING, 1),
                task("b", "me", "c", TaskStateName.COMPLETED, 2),
                task("c", "other", "c", TaskStateName.COMPLETED, 3),
                task("d", "me", "c", TaskStateName.COMPLETED, 4));

        assertThat(Pages.of(all, "me", filter(Optional.of(TaskStateName.COMPLETED), OptionalLong.empty(), 9))
                        .tasks())
                .extracting(StoredTask::taskId)
                .containsExactly("d", "b");
        assertThat(Pages.of(all, "me", filter(Optional.empty(), OptionalLong.of(2), 9))
                        .tasks())
                .extracting(StoredTask::taskId)
                .containsExactly("d", "b");
    }
}
