package org.dmsc.bridge.core;

import java.util.Optional;

/**
 * One request of an agent, whatever protocol it came in.
 *
 * @param messageId the caller's own id: the same id from the same caller is the same request
 * @param existingTaskId set when the message continues a task
 * @param requesterTaskId set when the protocol lets the requester make the task's id (A2A over MQTT): a UUID
 * @param message JSON of the A2A {@code Message}; MUST NOT be changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: contents are up to 10 MiB.
public record AgentMessage(
        String messageId,
        Optional<String> contextId,
        Optional<String> existingTaskId,
        Optional<String> requesterTaskId,
        Need need,
        byte[] message,
        Terms terms) {

    /** The same request with another message and another text of what is needed. */
    public AgentMessage with(byte[] otherMessage, String intent) {
        return new AgentMessage(
                messageId, contextId, existingTaskId, requesterTaskId, need.withIntent(intent), otherMessage, terms);
    }

    @Override
    public String toString() {
        return "AgentMessage[" + messageId + ", " + message.length + " bytes]";
    }
}
