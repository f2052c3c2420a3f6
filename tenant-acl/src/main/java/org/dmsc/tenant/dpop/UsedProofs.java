package org.dmsc.tenant.dpop;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dmsc.schemas.TenantId;

/**
 * Which proofs were used at this gateway, each for as long as it would be accepted (RFC 9449 11.1). Full is full: nothing is forgotten early, or
 * whoever sends enough proofs could use an old one again. A tenant has a part of the room only, so that it fills its own. Thread-safe.
 */
final class UsedProofs {

    /** About 60 MB when it is full. */
    static final int MOST = 400_000;

    static final int MOST_OF_A_TENANT = MOST / 4;

    private final int most;
    private final int mostOfATenant;
    private final Map<Id, TenantId> used = new HashMap<>();
    private final Map<TenantId, Integer> counts = new HashMap<>();
    /** By the second in which the last of them ends. */
    private final TreeMap<Long, List<Id>> endings = new TreeMap<>();
    /** What ended before this second is not known any more; a clock that is set back must not bring it back. */
    private long forgottenBefore = Long.MIN_VALUE;

    UsedProofs(int most, int mostOfATenant) {
        this.most = most;
        this.mostOfATenant = mostOfATenant;
    }

    /** What came of using a proof. */
    enum Use {
        FIRST,
        /** Or so old that nobody knows. */
        AGAIN,
        NO_ROOM
    }

    /**
     * Uses a proof up.
     *
     * @param tenant whose room it takes
     * @param end the last moment at which it would be accepted
     */
    Use use(TenantId tenant, DpopProof proof, Instant end, Instant now) {
        Id id = Id.of(proof);
        synchronized (this) {
            forgetBefore(now.getEpochSecond());
            long second = end.getEpochSecond();
            if (second < forgottenBefore || used.containsKey(id)) {
                return Use.AGAIN;
            }
            if (used.size() >= most || counts.getOrDefault(tenant, 0) >= mostOfATenant) {
                return Use.NO_ROOM;
            }
            used.put(id, tenant);
            counts.merge(tenant, 1, Integer::sum);
            endings.computeIfAbsent(second, unseen -> new ArrayList<>()).add(id);
            return Use.FIRST;
        }
    }

    private void forgetBefore(long second) {
        while (!endings.isEmpty() && endings.firstKey() < second) {
            endings.pollFirstEntry().getValue().forEach(this::forget);
        }
        forgottenBefore = Math.max(forgottenBefore, second);
    }

    private void forget(Id id) {
        TenantId tenant = used.remove(id);
        if (tenant != null) {
            counts.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** 128 bits of a hash: of jti alone, one holder could use up what another one will say. */
    private record Id(long high, long low) {

        static Id of(DpopProof proof) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(proof.thumbprint().getBytes(StandardCharsets.US_ASCII));
                digest.update((byte) '.');
                ByteBuffer hash = ByteBuffer.wrap(digest.digest(proof.id().getBytes(StandardCharsets.UTF_8)));
                return new Id(hash.getLong(), hash.getLong());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JVM has no SHA-256", e);
            }
        }
    }
}
