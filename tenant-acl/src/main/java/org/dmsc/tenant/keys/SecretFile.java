package org.dmsc.tenant.keys;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A small file that only its owner may read. Written whole: to a temporary file, forced to disk, renamed, so that a crash or a full disk
 * leaves the old content.
 */
public final class SecretFile {

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private SecretFile() {}

    /**
     * The file's content; empty when there is no file.
     *
     * @throws RefusedException INVALID_CONFIGURATION when others than the owner may use the file, or it cannot be read
     */
    public static Optional<byte[]> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            requireOwnerOnly(file);
            return Optional.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "file " + file + " cannot be read: " + e + " (expected a file this process may read)");
        }
    }

    /** Replaces the file's content. */
    public static void write(Path file, byte[] content) {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent() == null ? absolute : absolute.getParent();
        try {
            Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
            Path temporary =
                    Files.createTempFile(folder, "." + file.getFileName(), ".tmp", ownerOnly(folder, "rw-------"));
            try {
                writeThrough(temporary, content);
                Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
            forceFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("file " + file + " cannot be written; its old content is unchanged", e);
        }
    }

    /**
     * Replaces the file's content and overwrites the old bytes where they lay. A disk that writes elsewhere than it is told (SSD, copy-on-write
     * file system, snapshot) may still have them: there only the destruction of the disk's own key helps.
     */
    public static void replace(Path file, byte[] content) {
        if (!Files.exists(file)) {
            write(file, content);
            return;
        }
        // Opened before the rename: afterwards the old bytes have no name any more.
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
            write(file, content);
            overwrite(old);
        } catch (IOException e) {
            throw new UncheckedIOException("the old bytes of file " + file + " could not be overwritten", e);
        }
    }

    /** Overwrites the file's bytes where they lie and removes it; what {@link #replace} says of disks is true here too. */
    public static void destroy(Path file) {
        if (!Files.exists(file)) {
            return;
        }
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
            overwrite(old);
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException("file " + file + " could not be destroyed", e);
        }
    }

    private static void overwrite(FileChannel old) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) old.size());
        old.position(0);
        while (zeros.hasRemaining()) {
            old.write(zeros);
        }
        old.force(true);
    }

    private static void writeThrough(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
    }

    /** The rename survives a power cut only when the folder itself is forced; not every system lets a folder be opened. */
    private static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows: a folder cannot be opened, and its renames are journalled.
            return;
        }
    }

    private static void requireOwnerOnly(Path file) throws IOException {
        if (!isPosix(file)) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "file " + file + " has permissions " + PosixFilePermissions.toString(permissions)
                            + " (expected rw------- because it holds keys; if nobody else can have read it: chmod 600 "
                            + file + ")");
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path folder, String permissions) throws IOException {
        return isPosix(folder)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) throws IOException {
        Path existing = path;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        FileStore store = Files.getFileStore(existing);
        return store.supportsFileAttributeView("posix");
    }
}
