package org.dmsc.bridge.core;

/** Hears a task's updates. MUST NOT block. */
@FunctionalInterface
public interface TaskListener {

    /** One update, in order; after the one marked last there are no more. */
    void onUpdate(TaskUpdate update);
}
