package org.dmsc.bridge.http.grpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Takes the body of a gRPC answer apart into its messages, as it comes: each stands behind one byte that says whether it is compressed, and four
 * that say how long it is. One instance per answer; not thread-safe.
 */
public final class GrpcFrames {

    /** What stands before each message. */
    public static final int PREFIX = 5;

    private final int most;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    /** How many bytes the next message needs with its prefix, as far as that is known. */
    private int needed = PREFIX;

    /** @param most largest message, in bytes */
    public GrpcFrames(int most) {
        this.most = most;
    }

    /** A message as it goes over the wire. */
    public static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(PREFIX + message.length)
                .put((byte) 0)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /**
     * The messages that are complete now, in order.
     *
     * @throws RefusedException INVALID_AGENT_RESPONSE for one that is compressed or too large
     */
    public List<byte[]> read(byte[] chunk) {
        pending.writeBytes(chunk);
        if (pending.size() < needed) {
            return List.of();
        }
        ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
        List<byte[]> messages = new ArrayList<>();
        needed = needed(bytes);
        while (bytes.remaining() >= needed) {
            byte[] message = new byte[needed - PREFIX];
            bytes.position(bytes.position() + PREFIX);
            bytes.get(message);
            messages.add(message);
            needed = needed(bytes);
        }
        pending.reset();
        pending.write(bytes.array(), bytes.position(), bytes.remaining());
        return messages;
    }

    /** Whether a message has begun and not ended. */
    public boolean isInMessage() {
        return pending.size() > 0;
    }

    /** The length of the next message with its prefix, or of the prefix when not even that is there. */
    private int needed(ByteBuffer bytes) {
        if (bytes.remaining() < PREFIX) {
            return PREFIX;
        }
        int length = bytes.getInt(bytes.position() + 1);
        if (bytes.get(bytes.position()) != 0) {
            throw invalid("is compressed, which nobody asked for (expected plain messages)");
        }
        if (length < 0 || length > most) {
            throw invalid("a message is too large (expected at most " + most + " bytes)");
        }
        return PREFIX + length;
    }

    private static RefusedException invalid(String sentence) {
        return new RefusedException(Refusal.INVALID_AGENT_RESPONSE, "answer: " + sentence);
    }
}
