package org.dmsc.tenant.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Who a Streams application is in its consumer group, beyond the life of a process: an id that lies in its state folder. After a kill the next
 * process on the same folder takes the dead one's place at once, where a stranger would wait until the group has given the dead one up. Kafka
 * shuts out the older of two with one id, so the id is a random one and not the node's name, which two processes may share by mistake; the
 * folder they cannot share.
 */
final class Membership {

    private static final String FILE = "member-id";

    private Membership() {}

    /** The id in that folder; made when there is none. */
    static String in(Path stateDir) {
        Path file = stateDir.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(stateDir);
                Path made = Files.createTempFile(stateDir, FILE, ".new");
                Files.writeString(made, UUID.randomUUID().toString());
                // Whole or not at all, also when the process is killed in between.
                Files.move(made, file);
            }
            return UUID.fromString(
                            Files.readString(file, StandardCharsets.US_ASCII).strip())
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException("member id in " + file + ": cannot be read or written", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    file + ": is not a member id (expected a UUID; delete the file, another one will be made)", e);
        }
    }
}
