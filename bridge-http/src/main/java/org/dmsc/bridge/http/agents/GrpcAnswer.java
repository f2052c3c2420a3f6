package org.dmsc.bridge.http.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.http.grpc.ProtoJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** An answer over gRPC: framed messages, and a status at its end, or at its beginning when there is nothing else. */
final class GrpcAnswer implements AnswerReader {

    private static final int OK = 0;

    private final Message type;
    private final int most;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    /** How many bytes the next message needs with its prefix, as far as that is known. */
    private int needed = GrpcCodec.PREFIX;

    private boolean heard;
    private Optional<HttpHeaders> early = Optional.empty();

    GrpcAnswer(Message type, int most) {
        this.type = type;
        this.most = most;
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
        pending.writeBytes(chunk);
        if (pending.size() < needed) {
            return List.of();
        }
        ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
        List<ObjectNode> messages = new ArrayList<>();
        needed = framed(bytes);
        while (bytes.remaining() >= needed) {
            byte[] message = new byte[needed - GrpcCodec.PREFIX];
            bytes.position(bytes.position() + GrpcCodec.PREFIX);
            bytes.get(message);
            messages.add(json(message));
            needed = framed(bytes);
        }
        pending.reset();
        pending.write(bytes.array(), bytes.position(), bytes.remaining());
        heard |= !messages.isEmpty();
        return messages;
    }

    @Override
    public List<ObjectNode> end(HttpHeaders trailers) {
        HttpHeaders said = early.orElse(trailers);
        int status = said.getInt("grpc-status", -1);
        if (status == OK && pending.size() == 0) {
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

    /** The length of the next message with its prefix, or of the prefix when not even that is there. */
    private int framed(ByteBuffer bytes) {
        if (bytes.remaining() < GrpcCodec.PREFIX) {
            return GrpcCodec.PREFIX;
        }
        int length = bytes.getInt(bytes.position() + 1);
        if (bytes.get(bytes.position()) != 0) {
            throw invalid("is compressed, which nobody asked for (expected plain messages)");
        }
        if (length < 0 || length > most) {
            throw invalid("a message is too large (expected at most " + most + " bytes)");
        }
        return GrpcCodec.PREFIX + length;
    }

    private ObjectNode json(byte[] message) {
        try {
            return ProtoJson.json(type.getParserForType().parseFrom(message));
        } catch (InvalidProtocolBufferException e) {
            throw invalid("a message cannot be read (expected protobuf of lf.a2a.v1)");
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
