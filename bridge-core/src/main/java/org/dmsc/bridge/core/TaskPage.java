package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;

/**
 * A page of a caller's tasks, the newest status first.
 *
 * @param next where the next page begins; empty on the last one
 * @param total how many tasks fit on all pages together; counted up to {@value #MOST_COUNTED}
 */
public record TaskPage(List<TaskView> tasks, Optional<TaskCursor> next, int total) {

    /** More are not counted. */
    public static final int MOST_COUNTED = 10_000;

    public TaskPage {
        tasks = List.copyOf(tasks);
    }
}
