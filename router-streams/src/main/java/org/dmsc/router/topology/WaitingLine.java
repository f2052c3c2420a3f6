package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dmsc.router.task.TaskKey;

/**
 * Tasks of one lane that wait for an agent to fall free or come up, first come first served. In memory only: after a restart their due time
 * brings them back into it.
 */
final class WaitingLine {

    private final Set<TaskKey> line = new LinkedHashSet<>();
    private long seen;
    private int left;

    void add(TaskKey key) {
        line.add(key);
    }

    void remove(TaskKey key) {
        line.remove(key);
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    /** When something changed, the whole line gets one look, so many at a time; who was looked at goes to its end. */
    List<TaskKey> next(long freed, int most) {
        if (freed != seen) {
            seen = freed;
            left = line.size();
        }
        List<TaskKey> first = new ArrayList<>();
        Iterator<TaskKey> all = line.iterator();
        while (all.hasNext() && left > 0 && first.size() < most) {
            first.add(all.next());
            all.remove();
            left--;
        }
        line.addAll(first);
        return first;
    }
}
