package org.dmsc.bridge.http.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Between wire types and their ProtoJSON, which is what the core and the log hold. Numbers in data parts are doubles on this way. */
public final class ProtoJson {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private ProtoJson() {}

    /**
     * A request as a JSON object.
     *
     * @throws RefusedException INVALID_REQUEST for what has no JSON form, such as a number that is none; MALFORMED_JSON for what is too deep
     */
    public static ObjectNode json(MessageOrBuilder message) {
        try {
            return A2aJson.parse(PRINTER.print(message).getBytes(StandardCharsets.UTF_8));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "message: " + Printable.of(String.valueOf(e.getMessage())) + " (expected what ProtoJSON can hold)");
        }
    }

    /**
     * A response as a message.
     *
     * @throws RefusedException INVALID_AGENT_RESPONSE for JSON that A2A's messages cannot hold: what the fabric writes itself always fits
     */
    public static <M extends Message> M message(byte[] json, M type) {
        Message.Builder builder = type.newBuilderForType();
        try {
            PARSER.merge(new String(json, StandardCharsets.UTF_8), builder);
        } catch (InvalidProtocolBufferException e) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_RESPONSE,
                    "answer: does not fit into A2A's messages (expected ProtoJSON of lf.a2a.v1)");
        }
        @SuppressWarnings("unchecked") // A builder builds what it was made by.
        M message = (M) builder.build();
        return message;
    }
}
