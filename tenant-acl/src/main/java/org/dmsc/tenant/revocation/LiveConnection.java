package org.dmsc.tenant.revocation;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.RefusedException;

/**
 * One connection that is open, with what was shown on it.
 *
 * <pre>
 *   open ── admit(evidence)*: register ▸ check ▸ compare generation ▸ check again ──┬─▸ closed by its peer
 *                                                                                   └─▸ cut: refuses whatever comes
 * </pre>
 *
 * A revocation is put on the list first and then looks for connections; a connection is registered first and then looks at the list: one of
 * them sees the other. Thread-safe.
 */
public final class LiveConnection {

    /** Tokens that are shown on one connection, one after the other, are forgotten when they have ended. */
    private static final int MANY = 8;

    private final LiveConnections registry;
    private final LiveConnections.Cutter cutter;
    private final Set<Evidence> shown = new HashSet<>();
    private long checkedAt = -1;
    private Optional<RefusedException> end = Optional.empty();
    private boolean over;

    LiveConnection(LiveConnections registry, LiveConnections.Cutter cutter) {
        this.registry = registry;
        this.cutter = cutter;
    }

    /**
     * Admits what is shown on this connection, for the first time or again. MUST be asked for each connection, also for resumed ones, and for
     * each request; the second time costs little.
     *
     * @throws RefusedException REVOKED, or REVOCATIONS_STALE; then the connection is as it was before
     */
    public synchronized void admit(Collection<Evidence> evidence) {
        requireOpen();
        if (over) {
            return;
        }
        List<Evidence> news =
                evidence.stream().filter(one -> !shown.contains(one)).toList();
        if (news.isEmpty()) {
            registry.list().requireWithinGrace();
            checkAll();
            return;
        }
        registry.list().requireFresh();
        forgetEnded();
        shown.addAll(news);
        registry.index(this, news);
        checkedAt = -1;
        try {
            checkAll();
        } catch (RefusedException e) {
            remove(news);
            throw e;
        }
    }

    /** Everything that was shown, not only what is shown now: who showed something that is revoked is about to be cut. */
    private void checkAll() {
        while (checkedAt != registry.list().generation()) {
            long before = registry.list().generation();
            shown.forEach(registry.list()::require);
            checkedAt = before;
        }
    }

    private void remove(Collection<Evidence> gone) {
        Set<RevocationKey> keys = new HashSet<>();
        gone.forEach(one -> keys.addAll(one.keys()));
        shown.removeAll(Set.copyOf(gone));
        shown.forEach(one -> keys.removeAll(one.keys()));
        registry.drop(this, keys);
        if (shown.isEmpty()) {
            registry.forget(this);
        }
    }

    /**
     * Asks again about everything that was shown before, e.g. for a message on a connection that authenticates once.
     *
     * @throws RefusedException REVOKED, REVOCATIONS_STALE, or why it was cut
     */
    public synchronized void requireAdmitted() {
        requireOpen();
        registry.list().requireWithinGrace();
        checkAll();
    }

    private void requireOpen() {
        end.ifPresent(why -> {
            throw why;
        });
    }

    private void forgetEnded() {
        if (shown.size() < MANY) {
            return;
        }
        Instant now = registry.now();
        remove(shown.stream().filter(one -> one.endsAt().isBefore(now)).toList());
    }

    /** The connection is gone: nothing can be revoked of it. */
    public synchronized void close() {
        over = true;
        remove(List.copyOf(shown));
    }

    /** Ends it, once; empty when it had ended already. The stage completes when the connection is closed. */
    Optional<CompletionStage<Void>> cut(RefusedException why) {
        synchronized (this) {
            if (over || end.isPresent()) {
                return Optional.empty();
            }
            end = Optional.of(why);
            remove(List.copyOf(shown));
        }
        try {
            return Optional.of(cutter.cut(why));
        } catch (RuntimeException e) {
            return Optional.of(CompletableFuture.failedFuture(e));
        }
    }

    /** Ends it when the revocation concerns what was shown with its key. */
    Optional<CompletionStage<Void>> cut(Revocation news) {
        synchronized (this) {
            boolean concerned = shown.stream().anyMatch(one -> one.keys().contains(news.key()) && news.concerns(one));
            if (!concerned) {
                return Optional.empty();
            }
        }
        return cut(RevocationList.refusal(news));
    }

    /** When the first certificate that was shown ends: the connection does not outlive it. */
    synchronized Optional<Instant> endsAt() {
        return shown.stream()
                .filter(one -> one.source() == Evidence.Source.CERTIFICATE)
                .map(Evidence::endsAt)
                .min(Instant::compareTo);
    }
}
