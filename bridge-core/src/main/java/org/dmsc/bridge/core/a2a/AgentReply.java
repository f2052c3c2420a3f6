package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.schemas.avro.TaskStateName;

/**
 * One thing an agent said about its attempt.
 *
 * @param state the state it moved to; empty for an artifact
 * @param streamResponse A2A {@code StreamResponse} with the fabric's ids
 */
public record AgentReply(Optional<TaskStateName> state, ObjectNode streamResponse) {

    /** The JSON of the stream response. */
    public byte[] bytes() {
        return A2aJson.bytes(streamResponse);
    }
}
