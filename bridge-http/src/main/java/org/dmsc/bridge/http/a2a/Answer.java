package org.dmsc.bridge.http.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;

/** What an operation answers with: one object, or a stream. */
public sealed interface Answer permits Answer.Whole, Answer.Flowing {

    /** The response message of the operation, as ProtoJSON. */
    record Whole(ObjectNode json) implements Answer {
        @Override
        public <T> T fold(Function<ObjectNode, T> whole, Function<TaskStream, T> flowing) {
            return whole.apply(json);
        }
    }

    /** {@code StreamResponse}s; MUST be started, or the task is followed for nobody. */
    record Flowing(TaskStream stream) implements Answer {
        @Override
        public <T> T fold(Function<ObjectNode, T> whole, Function<TaskStream, T> flowing) {
            return flowing.apply(stream);
        }
    }

    /** One of the two functions, by what this is. */
    <T> T fold(Function<ObjectNode, T> whole, Function<TaskStream, T> flowing);
}
