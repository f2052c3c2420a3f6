package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.http.a2a.Operation;

/**
 * One request to an agent, whatever binding it goes by.
 *
 * @param id the request's own, where the binding has one
 * @param message the operation's request message, as ProtoJSON of A2A 1.0
 * @param patience until when the whole answer must have come
 */
record Question(Operation operation, String id, ObjectNode message, Duration patience, Beside beside) {

    /**
     * What goes beside the message.
     *
     * @param extensions URIs that the caller wants to use and the agent knows
     * @param lastEventId the last event that was heard of the stream that this goes on with
     */
    record Beside(Optional<String> traceparent, List<String> extensions, Optional<String> lastEventId) {

        static final Beside NOTHING = new Beside(Optional.empty(), List.of(), Optional.empty());

        Beside {
            extensions = List.copyOf(extensions);
        }

        Beside after(Optional<String> event) {
            return new Beside(traceparent, extensions, event);
        }
    }
}
