package org.dmsc.tenant.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** A log in static files, up to a size. What it reads is unverified. Not thread-safe. */
public final class TileFolder implements Nodes {

    private static final int MOST_BUNDLE = TilePath.WIDTH * (TileWriter.MOST_ENTRY_BYTES + Short.BYTES);

    private final Path folder;
    private final long size;
    /** The tile of each row that was read last. */
    private final Map<Integer, Tile> last = new HashMap<>();

    public TileFolder(Path folder, long size) {
        this.folder = folder;
        this.size = size;
    }

    /**
     * The signed head of a folder.
     *
     * @throws RefusedException UNREADABLE when there is none
     */
    public static SignedNote checkpoint(Path folder) {
        return SignedNote.parse(file(folder.resolve(TileWriter.CHECKPOINT), SignedNote.MOST_BYTES)
                .orElseThrow(() -> Text.unreadable(
                        "no file " + folder.resolve(TileWriter.CHECKPOINT),
                        "a folder as 'dmsc audit export --format tiles' writes it")));
    }

    /** The content of a hash tile; empty when there is no such file. */
    Optional<byte[]> hashes(int level, long tile, int width) {
        return file(folder.resolve(TilePath.hashes(level, tile, width)), TilePath.WIDTH * Hash.BYTES);
    }

    /** Entries in a bundle. */
    public static final int BUNDLE = TilePath.WIDTH;

    /**
     * All entries of a bundle.
     *
     * @throws RefusedException UNREADABLE when some are missing
     */
    public List<byte[]> bundle(long tile) {
        List<byte[]> entries = entries(tile);
        if (entries.size() < TilePath.width(size, tile)) {
            throw Text.unreadable("bundle " + tile + " in " + folder + " is missing or cut", "whole bundles");
        }
        return entries;
    }

    /** The entries of a bundle, as many as can be read of it. */
    List<byte[]> entries(long tile) {
        int width = TilePath.width(size, tile);
        List<byte[]> entries = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(
                file(folder.resolve(TilePath.entries(tile, width)), MOST_BUNDLE).orElse(new byte[0]));
        while (entries.size() < width && rest.remaining() >= Short.BYTES) {
            int length = Short.toUnsignedInt(rest.getShort());
            if (rest.remaining() < length) {
                return entries;
            }
            byte[] entry = new byte[length];
            rest.get(entry);
            entries.add(entry);
        }
        return entries;
    }

    /**
     * The leaf of that index.
     *
     * @throws RefusedException UNREADABLE when it is not there
     */
    public byte[] leaf(long index) {
        Objects.checkIndex(index, size);
        List<byte[]> entries = entries(index / TilePath.WIDTH);
        int place = (int) (index % TilePath.WIDTH);
        if (place >= entries.size()) {
            throw Text.unreadable("entry " + index + " is missing in " + folder, "whole bundles");
        }
        return entries.get(place);
    }

    @Override
    public Hash node(int level, long index) {
        int row = level / TilePath.HEIGHT;
        int up = level % TilePath.HEIGHT;
        long first = index << up;
        byte[] tile = tile(row, first / TilePath.WIDTH);
        int offset = (int) (first % TilePath.WIDTH);
        Frontier below = new Frontier();
        for (int i = 0; i < 1 << up; i++) {
            below.add(Hash.at(tile, Objects.checkIndex(offset + i, tile.length / Hash.BYTES) * Hash.BYTES));
        }
        return below.root();
    }

    private byte[] tile(int row, long number) {
        Tile known = last.get(row);
        if (known != null && known.number == number) {
            return known.hashes;
        }
        int width = TilePath.width(size >> (row * TilePath.HEIGHT), number);
        byte[] hashes = hashes(row, number, width)
                .filter(found -> found.length == width * Hash.BYTES)
                .orElseThrow(() -> Text.unreadable(
                        folder.resolve(TilePath.hashes(row, number, width)) + " is missing or cut", width + " hashes"));
        last.put(row, new Tile(number, hashes));
        return hashes;
    }

    private static Optional<byte[]> file(Path file, int most) {
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            if (Files.size(file) > most) {
                throw Text.unreadable(file + " has " + Files.size(file) + " bytes", "at most " + most);
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new RefusedException(Refusal.UNREADABLE, file + " cannot be read: " + e.getMessage());
        }
    }

    private static final class Tile {

        private final long number;
        private final byte[] hashes;

        Tile(long number, byte[] hashes) {
            this.number = number;
            this.hashes = hashes;
        }
    }
}
