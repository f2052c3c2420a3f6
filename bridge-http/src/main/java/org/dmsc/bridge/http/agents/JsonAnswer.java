package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** An answer in JSON: one object, or server-sent events that each hold one. */
final class JsonAnswer implements AnswerReader {

    private final Form form;
    private final int most;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final SseReader events;
    private boolean streamed;
    private Optional<HttpStatus> bad = Optional.empty();

    JsonAnswer(Form form, int most) {
        this.form = form;
        this.most = most;
        this.events = new SseReader(most);
    }

    /** What the JSON of one binding looks like. */
    interface Form {

        /** The response message in an answer or event; throws for an error. */
        ObjectNode message(ObjectNode json);

        /** What an error body says beyond its status; only thrown. Bindings whose errors come with status 200 have none. */
        default RuntimeException error(HttpStatus status, byte[] body) {
            return new AgentFailures.StatusException(AgentFailures.ofStatus(status));
        }
    }

    /** Agents of 0.3 say 201 when a task is new. */
    @Override
    public void begin(ResponseHeaders headers) {
        MediaType type = headers.contentType();
        streamed = type != null && type.is(MediaType.EVENT_STREAM);
        if (!headers.status().equals(HttpStatus.OK) && !headers.status().equals(HttpStatus.CREATED)) {
            bad = Optional.of(headers.status());
            streamed = false;
        }
    }

    @Override
    public List<ObjectNode> read(byte[] chunk) {
        if (streamed) {
            List<ObjectNode> messages = new ArrayList<>();
            for (byte[] event : events.read(chunk)) {
                messages.add(message(event));
            }
            return messages;
        }
        if (body.size() + chunk.length > most) {
            throw bad.<RuntimeException>map(status -> new AgentFailures.StatusException(AgentFailures.ofStatus(status)))
                    .orElseGet(() -> new RefusedException(
                            Refusal.INVALID_AGENT_RESPONSE,
                            "answer: is too large (expected at most " + most + " bytes)"));
        }
        body.writeBytes(chunk);
        return List.of();
    }

    @Override
    public List<ObjectNode> end(HttpHeaders trailers) {
        if (bad.isPresent()) {
            throw form.error(bad.get(), body.toByteArray());
        }
        return streamed ? List.of() : List.of(message(body.toByteArray()));
    }

    @Override
    public Optional<String> lastEventId() {
        return events.lastId();
    }

    private ObjectNode message(byte[] json) {
        ObjectNode parsed;
        try {
            parsed = A2aJson.parse(json);
        } catch (RefusedException e) {
            throw new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + e.sentence());
        }
        return form.message(parsed);
    }
}
