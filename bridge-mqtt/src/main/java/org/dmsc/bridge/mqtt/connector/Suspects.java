package org.dmsc.bridge.mqtt.connector;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.mqtt.broker.InboundPublish;

/**
 * Publishes whose acknowledgement the broker may not have seen when a connection ended: the session that goes on brings them again, and each
 * is then taken for what it is, once. Brokers cannot be trusted to mark them (DUP), and packet ids begin anew. One thread.
 */
final class Suspects {

    /** Acknowledged publishes that are remembered; more than a broker has on the way to one client. */
    private static final int MOST_ACKNOWLEDGED = 256;

    private final Deque<Taken> taken = new ArrayDeque<>();
    private final Deque<Taken> suspected = new ArrayDeque<>();

    /** A publish that was taken, and when it is stored. */
    private record Taken(String print, CompletionStage<?> stored) {}

    /** The same publish has the same print: topics, correlation, properties and payload. */
    static String print(InboundPublish publish) {
        MessageDigest digest = sha256();
        add(digest, publish.topic().getBytes(StandardCharsets.UTF_8));
        add(digest, publish.responseTopic().orElse("").getBytes(StandardCharsets.UTF_8));
        add(digest, publish.correlation().orElse(new byte[0]));
        new TreeMap<>(publish.properties())
                .forEach((name, value) -> add(digest, (name + '\0' + value).getBytes(StandardCharsets.UTF_8)));
        add(digest, publish.payload());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A publish was given to the fabric. */
    void taken(String print, CompletionStage<?> stored) {
        taken.addLast(new Taken(print, stored));
        if (taken.size() > MOST_ACKNOWLEDGED) {
            // Those that still wait for Kafka are fewer than the receive maximum, so they are never among the oldest
            // for long.
            taken.removeFirst();
        }
    }

    /** The connection ended. */
    void connectionEnded() {
        suspected.clear();
        suspected.addAll(taken);
        taken.clear();
    }

    /** Another connection; without the session nothing comes again. */
    void resumed(boolean sessionPresent) {
        if (!sessionPresent) {
            suspected.clear();
        }
    }

    /** When a publish that comes again is stored; empty for one that is new. Answers once for each that was taken. */
    Optional<CompletionStage<?>> match(String print) {
        for (Iterator<Taken> each = suspected.iterator(); each.hasNext(); ) {
            Taken one = each.next();
            if (one.print().equals(print)) {
                each.remove();
                return one.stored().toCompletableFuture().isCompletedExceptionally()
                        ? Optional.empty()
                        : Optional.of(one.stored());
            }
        }
        return Optional.empty();
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) ':');
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
