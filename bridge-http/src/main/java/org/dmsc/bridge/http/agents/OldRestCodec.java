package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.v03.OldRequests;
import org.dmsc.bridge.core.a2a.v03.Style;
import org.dmsc.bridge.http.a2a.Operation;

/** HTTP+JSON of A2A 0.3: below {@code /v1}, messages in the protobuf form of that time. */
final class OldRestCodec implements AgentCodec {

    private static final byte[] NOTHING = {};

    @Override
    public Encoded encode(AgentAddress at, Question question) {
        String task =
                "/v1/tasks/" + RestCodec.segment(question.message().path("id").asText());
        return switch (question.operation()) {
            case SEND_MESSAGE -> RestCodec.post(at.path("/v1/message:send"), sent(question));
            case SEND_STREAMING_MESSAGE -> RestCodec.post(at.path("/v1/message:stream"), sent(question));
            case GET_TASK -> get(at.path(task));
            case CANCEL_TASK -> RestCodec.post(at.path(task + ":cancel"), A2aJson.object());
            case SUBSCRIBE_TO_TASK -> get(at.path(task + ":subscribe"));
            default -> throw new IllegalStateException("agents are not asked for " + question.operation());
        };
    }

    @Override
    public AnswerReader reader(Operation operation, int most) {
        return new JsonAnswer(
                new RestCodec.Bare() {
                    @Override
                    public ObjectNode message(ObjectNode json) {
                        return OldJsonRpcCodec.upgraded(operation, super.message(json));
                    }
                },
                most);
    }

    private static ObjectNode sent(Question question) {
        return OldRequests.downgraded(question.message(), Style.PROTO);
    }

    private static Encoded get(String path) {
        return new Encoded(HttpMethod.GET, path, MediaType.JSON, JSON_OR_EVENTS, NOTHING);
    }
}
