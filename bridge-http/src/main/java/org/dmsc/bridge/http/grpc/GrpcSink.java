package org.dmsc.bridge.http.grpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.http.a2a.ServiceParameters;
import org.dmsc.bridge.http.a2a.StreamSink;
import org.dmsc.schemas.RefusedException;

/**
 * A stream as gRPC messages. The ids of events are in the metadata of each message, for callers who asked for the extension: gRPC has no other
 * place for them.
 *
 * @param <M> the stream's messages
 */
final class GrpcSink<M extends Message> implements StreamSink {

    private final PacedReader<M> reader;
    private final Naming naming;
    private final UnaryOperator<byte[]> version;
    private final M type;

    /** Whether events carry their ids. */
    enum Naming {
        NAMED,
        BARE
    }

    /** @param version the JSON of an event as the reader's version of A2A has it */
    GrpcSink(PacedReader<M> reader, Naming naming, UnaryOperator<byte[]> version, M type) {
        this.reader = reader;
        this.naming = naming;
        this.version = version;
        this.type = type;
    }

    @Override
    public void send(byte[] streamResponse, String id) {
        try {
            byte[] event = naming == Naming.NAMED ? named(streamResponse, id) : streamResponse;
            reader.send(ProtoJson.message(version.apply(event), type));
        } catch (RefusedException e) {
            fail(e);
        }
    }

    /** HTTP/2 has pings of its own. */
    @Override
    public void alive() {}

    @Override
    public void end() {
        reader.end();
    }

    @Override
    public void fail(RefusedException why) {
        reader.fail(why);
    }

    @Override
    public CompletionStage<?> over() {
        return reader.over();
    }

    private static byte[] named(byte[] streamResponse, String id) {
        ObjectNode response = A2aJson.parse(streamResponse);
        response.forEach(content -> {
            if (content instanceof ObjectNode object && !id.isEmpty()) {
                ObjectNode metadata =
                        object.get("metadata") instanceof ObjectNode present ? present : object.putObject("metadata");
                metadata.putObject(ServiceParameters.RESUME_EXTENSION).put("eventId", id);
            }
        });
        return A2aJson.bytes(response);
    }
}
