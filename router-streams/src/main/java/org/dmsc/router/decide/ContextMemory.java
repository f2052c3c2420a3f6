package org.dmsc.router.decide;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskSubmission;

/**
 * Who was last given a task of a context, for the contexts that were used last. A convenience and no promise: it is this process's memory
 * and is gone with it; the tasks of a context that other routers decide are not in it. Thread-safe.
 */
public final class ContextMemory {

    private final Map<Context, AgentRef> last;

    private record Context(String tenant, String id) {}

    /** Of at most so many contexts: the one that was used longest ago is forgotten first. */
    public ContextMemory(int most) {
        this.last = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Context, AgentRef> eldest) {
                return size() > most;
            }
        };
    }

    /** Who had the context's last task. */
    public synchronized Optional<AgentRef> lastOf(TaskSubmission submission) {
        return Optional.ofNullable(last.get(context(submission)));
    }

    /** The task of this context was given to that agent. */
    public synchronized void given(TaskSubmission submission, AgentRef agent) {
        last.put(context(submission), agent);
    }

    private static Context context(TaskSubmission submission) {
        return new Context(submission.getCallerTenant(), submission.getContextId());
    }
}
