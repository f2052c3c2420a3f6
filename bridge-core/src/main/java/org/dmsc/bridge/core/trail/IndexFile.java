package org.dmsc.bridge.core.trail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * What the blocks of one partition of the audit log hold, in a file: for each block where it ends, its pattern, and a checksum. Derived: a file
 * that is lost, cut or damaged is made again from the log. Thread-safe.
 */
final class IndexFile {

    private static final int ENTRY = Long.BYTES + AuditTerms.PATTERN_BYTES + Integer.BYTES;
    private static final int ENTRIES_AT_ONCE = 256;

    /**
     * Offsets that may hold what is looked for.
     *
     * @param to the first that is not one of them
     */
    record Reach(long from, long to) {}

    private final Path file;
    private long entries;
    private long end;

    IndexFile(Path file) {
        this.file = file;
        long[] known = {0, 0};
        each((to, chunk, offset) -> {
            known[0]++;
            known[1] = to;
        });
        this.entries = known[0];
        this.end = known[1];
    }

    /** The first offset that no block holds. */
    synchronized long end() {
        return end;
    }

    /** Adds a block that begins where the last one ended. */
    synchronized void append(long to, byte[] pattern) {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY).putLong(to).put(pattern);
        entry.putInt(checksum(entry.array(), 0)).flip();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                // Over what a crash may have left behind the last whole entry.
                out.truncate(entries * ENTRY);
                out.position(entries * ENTRY);
                while (entry.hasRemaining()) {
                    int unused = out.write(entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written", e);
        }
        entries++;
        end = to;
    }

    /** Begins anew: the log is another one. */
    synchronized void clear() {
        entries = 0;
        end = 0;
    }

    /** Where records with all of these terms may be, in order; the last reach, behind all blocks, has no end. */
    List<Reach> reaches(Set<String> terms) {
        List<Reach> found = new ArrayList<>();
        long[] begin = {0};
        long known = end();
        each((to, chunk, offset) -> {
            if (to <= known && terms.stream().allMatch(term -> AuditTerms.mayHold(chunk, offset, term))) {
                found.add(new Reach(begin[0], to));
            }
            begin[0] = to;
        });
        found.add(new Reach(Math.min(begin[0], known), Long.MAX_VALUE));
        return found;
    }

    private interface Entry {
        void at(long to, byte[] chunk, int offset);
    }

    private void each(Entry entry) {
        if (!Files.isRegularFile(file)) {
            return;
        }
        byte[] chunk = new byte[ENTRY * ENTRIES_AT_ONCE];
        long last = 0;
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.wrap(chunk);
            while (in.read(buffer) > 0 || buffer.position() >= ENTRY) {
                int whole = buffer.position() / ENTRY;
                for (int i = 0; i < whole; i++) {
                    int offset = i * ENTRY;
                    long to = ByteBuffer.wrap(chunk).getLong(offset);
                    int said = ByteBuffer.wrap(chunk).getInt(offset + ENTRY - Integer.BYTES);
                    if (said != checksum(chunk, offset) || to <= last) {
                        return;
                    }
                    entry.at(to, chunk, offset + Long.BYTES);
                    last = to;
                }
                buffer.flip().position(whole * ENTRY);
                buffer.compact();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static int checksum(byte[] chunk, int offset) {
        CRC32 sum = new CRC32();
        sum.update(chunk, offset, ENTRY - Integer.BYTES);
        return (int) sum.getValue();
    }
}
