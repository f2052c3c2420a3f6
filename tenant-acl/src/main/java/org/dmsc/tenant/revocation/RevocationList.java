package org.dmsc.tenant.revocation;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.RevocationKind;

/** Everything that is revoked, in memory, and how fresh that knowledge is. Thread-safe; asking never blocks. */
public final class RevocationList {

    /** Older than this, nobody new is admitted (design 10). */
    public static final Duration STALE = Duration.ofSeconds(2);

    /** Older than this, those who are connected are cut off, too. */
    public static final Duration GRACE = Duration.ofSeconds(30);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final Supplier<Duration> age;
    private final Map<RevocationKey, Revocation> revoked = new ConcurrentHashMap<>();
    private volatile long generation = -1;

    /** @param age how old what was applied here may be, e.g. a {@link Freshness} */
    public RevocationList(Supplier<Duration> age) {
        this.age = age;
    }

    /** A list that nobody feeds and nothing is on: of processes and tests that admit nobody. */
    public static RevocationList empty() {
        return new RevocationList(() -> Duration.ZERO);
    }

    /** One certificate on a CRL. */
    public record RevokedSerial(BigInteger serial, Instant at) {}

    /**
     * Puts something on the list; of two for one key the later time counts. Visible to {@link #require} before {@link #generation} moves.
     * One thread at a time.
     */
    public synchronized void apply(Revocation news) {
        revoked.merge(
                news.key(),
                news,
                (known, added) -> added.issuedBefore().isBefore(known.issuedBefore()) ? known : added);
        generation = Math.max(generation, news.generation());
    }

    /** The newest revocation that is on the list; what was decided under an older one must be decided again. */
    public long generation() {
        return generation;
    }

    /** How many there are. */
    public int size() {
        return revoked.size();
    }

    /** How old what is known here may be. */
    public Duration age() {
        return age.get();
    }

    /** The revocation that concerns a credential. */
    public Optional<Revocation> find(Evidence evidence) {
        if (revoked.isEmpty()) {
            return Optional.empty();
        }
        for (RevocationKey key : evidence.keys()) {
            Revocation found = revoked.get(key);
            if (found != null && found.concerns(evidence)) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /**
     * Refuses a credential that is revoked.
     *
     * @throws RefusedException REVOKED
     */
    public void require(Evidence evidence) {
        find(evidence).ifPresent(found -> {
            throw refusal(found);
        });
    }

    /**
     * Refuses when nobody new may be admitted.
     *
     * @throws RefusedException REVOCATIONS_STALE
     */
    public void requireFresh() {
        requireAge(STALE);
    }

    /**
     * Returns when everything is known here that was revoked before the call, in a fifth of a second usually. Blocks: not for event loops.
     *
     * @throws RefusedException REVOCATIONS_STALE when it takes longer than {@link #STALE}
     */
    public void awaitCurrent() {
        long began = System.nanoTime();
        while (age.get().toNanos() > System.nanoTime() - began) {
            requireFresh();
            if (Thread.currentThread().isInterrupted()) {
                throw new RefusedException(Refusal.REVOCATIONS_STALE, "this gateway is closing (expected another one)");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** Refuses when not even those may go on who were admitted before. */
    void requireWithinGrace() {
        requireAge(GRACE);
    }

    private void requireAge(Duration most) {
        Duration now = age.get();
        if (now.compareTo(most) > 0) {
            throw new RefusedException(
                    Refusal.REVOCATIONS_STALE,
                    "this gateway last heard revocations " + now.toMillis() + " ms ago (expected at most "
                            + most.toMillis() + "): can it reach Kafka? Try again, or another gateway");
        }
    }

    /** What is revoked of one issuing CA by number: what its CRL lists. {@code issuerSha256} as in {@link RevocationKey#fingerprint}. */
    public List<RevokedSerial> serialsOf(String issuerSha256) {
        String prefix = issuerSha256 + "/";
        return revoked.values().stream()
                .filter(entry -> entry.key().kind() == RevocationKind.SERIAL
                        && entry.key().id().startsWith(prefix))
                .map(entry ->
                        new RevokedSerial(new BigInteger(entry.key().id().substring(prefix.length()), 16), entry.at()))
                .toList();
    }

    /** All that is revoked. */
    public List<Revocation> all() {
        return List.copyOf(revoked.values());
    }

    static RefusedException refusal(Revocation found) {
        return new RefusedException(
                Refusal.REVOKED,
                "revoked by " + found.key().kind() + " at " + found.at()
                        + " (expected a certificate or token issued since; ask the operator)");
    }
}
