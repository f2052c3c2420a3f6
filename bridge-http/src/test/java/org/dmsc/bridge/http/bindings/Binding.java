package org.dmsc.bridge.http.bindings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import org.dmsc.bridge.http.a2a.Operation;

/** A caller by one of the three bindings: the same request, whatever it looks like on the wire. */
public interface Binding extends AutoCloseable {

    /** What came back: response messages, as wire types so that what means the same is the same; and maybe an error at the end. */
    record Outcome(List<Message> responses, Trouble trouble) {
        public static final Trouble NONE = new Trouble("", "", "");
    }

    /** An error: its stable reason, whose it is, and its sentence. */
    record Trouble(String reason, String domain, String sentence) {}

    Outcome call(Operation operation, ObjectNode request, Map<String, String> headers) throws Exception;

    @Override
    void close();
}
