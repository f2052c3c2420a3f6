package org.dmsc.tenant.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Writes a log as static files that any web server can offer (C2SP tlog-tiles). The checkpoint comes last: whoever finds it finds all that
 * it speaks of. Not thread-safe.
 */
public final class TileWriter {

    /** The file with the signed head. */
    public static final String CHECKPOINT = "checkpoint";

    /** An entry's length has two bytes. */
    static final int MOST_ENTRY_BYTES = 65_535;

    private final Path folder;
    private final TileRows rows;
    private final ByteArrayOutputStream bundle = new ByteArrayOutputStream();
    private long size;

    public TileWriter(Path folder) {
        this.folder = folder;
        this.rows = new TileRows(
                (level, tile, hashes) -> write(TilePath.hashes(level, tile, hashes.length / Hash.BYTES), hashes));
    }

    /**
     * Adds the next leaf.
     *
     * @throws RefusedException TOO_LARGE when it does not fit into the format
     */
    public void add(byte[] leaf) {
        if (leaf.length > MOST_ENTRY_BYTES) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "leaf " + size + " has " + leaf.length + " bytes (expected at most " + MOST_ENTRY_BYTES
                            + ", which is what a tile's entries may have; 'dmsc audit verify' reads it from the topic)");
        }
        bundle.writeBytes(
                ByteBuffer.allocate(Short.BYTES).putShort((short) leaf.length).array());
        bundle.writeBytes(leaf);
        rows.add(Hash.leaf(leaf));
        size++;
        if (size % TilePath.WIDTH == 0) {
            writeBundle(TilePath.WIDTH);
        }
    }

    /** Writes the right edge and the checkpoint, which MUST be of exactly the leaves that were added. */
    public void finish(SignedNote checkpoint) {
        if (Checkpoint.of(checkpoint).tree().size() != size) {
            throw new IllegalArgumentException(
                    "checkpoint of " + Checkpoint.of(checkpoint).tree().size() + " leaves (expected " + size + ")");
        }
        rows.finish();
        int rest = (int) (size % TilePath.WIDTH);
        if (rest > 0) {
            writeBundle(rest);
        }
        write(CHECKPOINT, checkpoint.bytes());
    }

    private void writeBundle(int width) {
        write(TilePath.entries((size - 1) / TilePath.WIDTH, width), bundle.toByteArray());
        bundle.reset();
    }

    private void write(String path, byte[] content) {
        Path file = folder.resolve(path);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
    }
}
