package org.dmsc.tenant.admin;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * Replaces the issuing CA of nodes and operators so that no certificate is refused at any moment.
 *
 * <pre>
 *   prepare the next in the key file ▸ every process that is asked looks at the file again ▸ it signs
 *   an old one leaves the key file when the last leaf that it can have signed has expired
 * </pre>
 * Kafka needs nothing: there the root is the anchor, and everybody shows the CA beside the leaf. Interrupted at any point, the same call again
 * goes on from there.
 */
final class PlatformCaRotation {

    private static final int MOST_OLD = 250;

    private PlatformCaRotation() {}

    /** The CA that signs from now on. Blocks for {@link FabricPki#PLATFORM_CAS_SEEN} and a little more. */
    static X509Certificate rotate(FabricPki pki, Clock clock) {
        forgetExpired(pki, clock.instant());
        if (pki.platformCas().size() > MOST_OLD) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "the platform has more than " + MOST_OLD
                            + " CAs whose leaves may be in use (expected fewer; the oldest leave"
                            + " by themselves within " + FabricPki.MOST_NODE_LIFE + ")");
        }
        X509Certificate unused = pki.preparePlatformCa();
        // Who was asked just before looked at the old file, and looks again after that time.
        await(FabricPki.PLATFORM_CAS_SEEN.multipliedBy(2));
        return pki.activatePlatformCa();
    }

    /** The active one comes first, then, newest first, those whose place each one before it took. */
    private static void forgetExpired(FabricPki pki, Instant now) {
        List<X509Certificate> newestFirst = pki.platformCas();
        for (int i = 1; i < newestFirst.size(); i++) {
            if (now.isAfter(lastLeafEnds(newestFirst.get(i - 1)))) {
                pki.forgetPlatformCa(newestFirst.get(i));
            }
        }
    }

    private static Instant lastLeafEnds(X509Certificate successor) {
        return successor
                .getNotBefore()
                .toInstant()
                .plus(IssuedIdentity.BACKDATING)
                .plus(FabricPki.MOST_NODE_LIFE)
                // Between being made and signing, a CA may have waited for its operator to try again.
                .plus(Duration.ofDays(1));
    }

    private static void await(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "the rotation was interrupted (expected it to be asked for again; it goes on)");
        }
    }
}
