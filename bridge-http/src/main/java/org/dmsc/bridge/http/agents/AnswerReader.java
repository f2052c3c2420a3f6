package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import java.util.List;
import java.util.Optional;

/**
 * Takes one answer apart as it comes: its response messages, as ProtoJSON of A2A 1.0 that nobody has checked yet. Methods are called in the
 * order in which they stand here, never at once. What is no answer of A2A throws: a {@link AgentFailures.StatusException}, or a
 * {@link org.dmsc.schemas.RefusedException} of INVALID_AGENT_RESPONSE or AGENT_FAILED.
 */
interface AnswerReader {

    void begin(ResponseHeaders headers);

    /** The messages that are complete now. */
    List<ObjectNode> read(byte[] chunk);

    /** The answer is whole: what was left. */
    List<ObjectNode> end(HttpHeaders trailers);

    /** The id of the newest event, when the agent gives them ids. */
    default Optional<String> lastEventId() {
        return Optional.empty();
    }
}
