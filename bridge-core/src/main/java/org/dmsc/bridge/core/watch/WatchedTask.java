package org.dmsc.bridge.core.watch;

import org.dmsc.schemas.AgentRef;

/**
 * Which task is watched, for whom.
 *
 * @param callerUri SPIFFE id of the caller, as events name their recipient
 * @param message JSON of the caller's message, the first entry of the task's history
 * @param deadline after this (and some grace) nothing more is expected
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: contents are up to 10 MiB.
public record WatchedTask(
        AgentRef caller, String callerUri, String taskId, String contextId, byte[] message, long deadline) {

    WatchKey key() {
        return new WatchKey(caller.tenant(), taskId);
    }

    @Override
    public String toString() {
        return "WatchedTask[" + caller + ", " + taskId + "]";
    }
}
