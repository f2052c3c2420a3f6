package org.dmsc.router.topology;

import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskSubmission;

/** A record that was read and opened. */
@SuppressWarnings("ArrayRecordComponent") // Raw values are never compared or changed, only stored.
sealed interface Inbound {

    /** A new task, or a message to one. */
    record Submitted(TaskSubmission submission, SealedEnvelope envelope, byte[] raw) implements Inbound {}

    /** A wish to cancel. */
    record Cancelled(TaskCancel cancel) implements Inbound {}

    /** An event of a task. */
    record Happened(TaskEvent event, byte[] raw) implements Inbound {}

    /** The question whether the way through the router is open; the answer goes to the events. */
    record Canary(TaskEvent event) implements Inbound {}
}
