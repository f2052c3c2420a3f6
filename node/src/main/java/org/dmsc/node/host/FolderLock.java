package org.dmsc.node.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a folder for this process. The lock is the operating system's: it ends with the process, also after {@code kill -9}, so that a
 * left-over file never keeps a folder taken.
 */
public final class FolderLock implements AutoCloseable {

    private static final Duration AGAIN = Duration.ofMillis(20);

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the folder if need be and takes it.
     *
     * @param what what the folder is, for the message, e.g. "data folder"
     * @throws NodeException IN_USE when another process, or this one, holds it
     */
    public static FolderLock take(Path folder, String what) {
        Path file = folder.resolve(".dmsc.lock");
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                String holder = holder(file);
                channel.close();
                throw new NodeException(
                        ExitCode.IN_USE,
                        what + ": " + folder.toAbsolutePath() + " is in use by process " + holder
                                + " (expected a folder that no running node uses; stop that node, or give another folder with --data)");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new FolderLock(channel);
        } catch (IOException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    what + ": " + folder.toAbsolutePath() + " cannot be used: " + e
                            + " (expected a folder that this user may write; give another with --data)",
                    e);
        }
    }

    /** As {@link #take}, for short work: waits for whoever holds it, that long at most. */
    public static FolderLock await(Path folder, String what, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            try {
                return take(folder, what);
            } catch (NodeException e) {
                if (e.exitCode() != ExitCode.IN_USE || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static String holder(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        return text.isEmpty() ? "(unknown)" : text;
    }

    /** Gives the folder free. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
