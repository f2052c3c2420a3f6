package org.dmsc.node.audit;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that appears under its name only when it is whole and on the disk; on a full disk there is none (case 106). */
final class PartFile implements AutoCloseable {

    private final Path file;
    private final Path part;
    private final FileChannel channel;

    PartFile(Path file) throws IOException {
        this.file = file;
        this.part = file.resolveSibling(file.getFileName() + ".part");
        this.channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    BufferedWriter writer() {
        return new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
    }

    /** All is written and flushed. */
    void finish() throws IOException {
        channel.force(true);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(part);
    }
}
