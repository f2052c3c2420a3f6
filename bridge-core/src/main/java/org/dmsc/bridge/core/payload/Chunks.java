package org.dmsc.bridge.core.payload;

import java.io.ByteArrayOutputStream;
import java.util.TreeMap;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.PayloadChunk;
import org.dmsc.schemas.avro.PayloadReference;

/** The parts of one payload as they come in. Not thread-safe. */
final class Chunks {

    private final PayloadReference reference;
    private final TreeMap<Integer, byte[]> parts = new TreeMap<>();

    Chunks(PayloadReference reference) {
        this.reference = reference;
    }

    /**
     * Takes a part; one that is there already is the same one.
     *
     * @throws RefusedException UNREADABLE when it is no part of this payload
     */
    void add(PayloadChunk chunk, byte[] part) {
        if (!chunk.getPayloadId().equals(reference.getPayloadId())
                || chunk.getCount() != reference.getChunks()
                || chunk.getIndex() < 0
                || chunk.getIndex() >= reference.getChunks()) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "part " + chunk.getIndex() + " of " + chunk.getCount() + " of payload '"
                            + Printable.of(chunk.getPayloadId()) + "' (expected one of " + reference.getChunks()
                            + " parts of '" + Printable.of(reference.getPayloadId()) + "'; parts were mixed)");
        }
        parts.putIfAbsent(chunk.getIndex(), part);
    }

    boolean complete() {
        return parts.size() == reference.getChunks();
    }

    int missing() {
        return reference.getChunks() - parts.size();
    }

    /** All parts, in order. */
    byte[] joined() {
        ByteArrayOutputStream all = new ByteArrayOutputStream((int) reference.getBytes());
        parts.values().forEach(all::writeBytes);
        return all.toByteArray();
    }
}
