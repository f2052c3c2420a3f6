package org.dmsc.tenant.revocation;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * All connections of a gateway by what was shown on them, so that a revocation finds those that it ends; they end with their certificates,
 * too, and when revocations are not heard for too long. Thread-safe.
 */
public final class LiveConnections {

    private final RevocationList list;
    private final Clock clock;
    private final Set<LiveConnection> all = ConcurrentHashMap.newKeySet();
    private final Map<RevocationKey, Set<LiveConnection>> byKey = new ConcurrentHashMap<>();

    public LiveConnections(RevocationList list, Clock clock) {
        this.list = list;
        this.clock = clock;
    }

    /** Ends a connection. MUST NOT block; the stage completes when the connection is closed. */
    @FunctionalInterface
    public interface Cutter {
        CompletionStage<Void> cut(RefusedException why);
    }

    /** A connection is open; nothing was shown on it yet. Whoever opens it calls {@link LiveConnection#close} when it is gone. */
    public LiveConnection open(Cutter cutter) {
        return new LiveConnection(this, cutter);
    }

    /** How many connections there are on which something was shown. */
    public int count() {
        return all.size();
    }

    /** Ends those that a revocation concerns, which MUST be on the list already. The stage has their number, when all are closed. */
    public CompletionStage<Integer> cut(Revocation news) {
        Set<LiveConnection> found = byKey.getOrDefault(news.key(), Set.of());
        return cut(List.copyOf(found), connection -> connection.cut(news));
    }

    /** Ends those whose certificate has ended, and all when revocations were not heard within the grace. Called every now and then. */
    public CompletionStage<Integer> sweep() {
        try {
            list.requireWithinGrace();
        } catch (RefusedException e) {
            return cut(List.copyOf(all), connection -> connection.cut(e));
        }
        Instant now = clock.instant();
        RefusedException ended = new RefusedException(
                Refusal.UNAUTHENTICATED, "the certificate of this connection has ended (expected a renewed one)");
        List<LiveConnection> due = all.stream()
                .filter(connection ->
                        connection.endsAt().filter(end -> !now.isBefore(end)).isPresent())
                .toList();
        return cut(due, connection -> connection.cut(ended));
    }

    private static CompletionStage<Integer> cut(
            Collection<LiveConnection> found, Function<LiveConnection, Optional<CompletionStage<Void>>> how) {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        found.forEach(connection -> how.apply(connection).ifPresent(stage -> closing.add(stage.toCompletableFuture())));
        int count = closing.size();
        return CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> count);
    }

    RevocationList list() {
        return list;
    }

    Instant now() {
        return clock.instant();
    }

    void index(LiveConnection connection, Collection<Evidence> shown) {
        all.add(connection);
        shown.forEach(evidence -> evidence.keys()
                .forEach(key -> byKey.compute(key, (same, known) -> {
                    Set<LiveConnection> set = known == null ? ConcurrentHashMap.newKeySet() : known;
                    set.add(connection);
                    return set;
                })));
    }

    /** Forgets a connection for what is not shown on it any more. */
    void drop(LiveConnection connection, Collection<RevocationKey> keys) {
        keys.forEach(key -> byKey.computeIfPresent(key, (same, known) -> {
            known.remove(connection);
            return known.isEmpty() ? null : known;
        }));
    }

    void forget(LiveConnection connection) {
        all.remove(connection);
    }
}
