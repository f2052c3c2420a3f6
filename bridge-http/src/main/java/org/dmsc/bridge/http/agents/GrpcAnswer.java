package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.http.grpc.GrpcFrames;
import org.dmsc.bridge.http.grpc.ProtoJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** An answer over gRPC: framed messages, and a status at its end, or at its beginning when there is nothing else. */
final class GrpcAnswer implements AnswerReader {

    private static final int OK = 0;

    private final Message type;
    private final UnaryOperator<ObjectNode> edition;
    private final GrpcFrames frames;
    private boolean heard;
    private Optional<HttpHeaders> early = Optional.empty();

    /** @param edition makes A2A 1.0 of what a message says */
    GrpcAnswer(Message type, UnaryOperator<ObjectNode> edition, int most) {
        this.type = type;
        this.edition = edition;
        this.frames = new GrpcFrames(most);
    }

    @Override
    public void begin(ResponseHeaders headers) {
        if (!headers.status().equals(HttpStatus.OK)) {
            throw new AgentFailures.StatusException(AgentFailures.ofStatus(headers.status()));
        }
        if (headers.contains("grpc-status")) {
            early = Optional.of(headers);
        }
    }

    @Override
    public List<ObjectNode> read(byte[] chunk) {
        List<ObjectNode> messages = frames.read(chunk).stream().map(this::json).toList();
        heard |= !messages.isEmpty();
        return messages;
    }

    @Override
    public List<ObjectNode> end(HttpHeaders trailers) {
        HttpHeaders said = early.orElse(trailers);
        int status = said.getInt("grpc-status", -1);
        if (status == OK && !frames.isInMessage()) {
            return List.of();
        }
        if (status < 0 || status == OK) {
            throw invalid("ends without a status, or in a message (expected grpc-status)");
        }
        Optional<String> reason = reason(said);
        if (reason.isPresent()) {
            throw new RefusedException(
                    Refusal.AGENT_FAILED, "the agent answered with error " + Printable.of(reason.get()));
        }
        throw new AgentFailures.StatusException(
                heard ? AgentFailures.ofGrpcLater(status) : AgentFailures.ofGrpc(status));
    }

    private ObjectNode json(byte[] message) {
        try {
            return edition.apply(ProtoJson.json(type.getParserForType().parseFrom(message)));
        } catch (InvalidProtocolBufferException e) {
            throw invalid("a message cannot be read (expected protobuf of "
                    + type.getDescriptorForType().getFullName() + ")");
        } catch (RefusedException e) {
            throw new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + e.sentence());
        }
    }

    private static Optional<String> reason(HttpHeaders trailers) {
        try {
            byte[] details = Base64.getMimeDecoder().decode(trailers.get("grpc-status-details-bin", ""));
            for (Any detail : com.google.rpc.Status.parseFrom(details).getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    return Optional.of(detail.unpack(ErrorInfo.class).getReason())
                            .filter(reason -> !reason.isEmpty());
                }
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            // Details are for people; the status counts.
        }
        return Optional.empty();
    }

    private static RefusedException invalid(String sentence) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + sentence);
    }
}
