package org.dmsc.bridge.core;

/**
 * One thing that the caller of a task may see.
 *
 * @param streamResponse JSON of an A2A {@code StreamResponse} ({@code {"statusUpdate":…}} or {@code {"artifactUpdate":…}}), as the agent's
 *     bridge wrote it or made here when the fabric itself ended the task; MUST NOT be changed
 * @param last true for the update that ended the task
 * @param offset its place in the events topic, or -1 when that is not known; grows within a task
 * @param id its name in the log, the same wherever and however often it is read: what a reader names to go on after it; empty when unknown
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: contents are up to 10 MiB.
public record TaskUpdate(byte[] streamResponse, boolean last, long offset, String id) {

    /** One that nobody can go on after. */
    public TaskUpdate(byte[] streamResponse, boolean last, long offset) {
        this(streamResponse, last, offset, "");
    }
}
