package org.dmsc.node.fabric;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An identity of this node that is made anew at half of its life, give or take a tenth, when it is asked for. When nothing can be issued it
 * stays as it is for as long as it lasts. Thread-safe.
 */
final class RenewedIdentity implements Supplier<IssuedIdentity> {

    private static final Logger LOG = LoggerFactory.getLogger(RenewedIdentity.class);
    private static final double HALF = 0.5;
    private static final double TENTH = 0.1;
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Supplier<IssuedIdentity> issue;
    private final Clock clock;
    private final DoubleSupplier chance;
    private volatile Held current;

    /**
     * Issues the first one.
     *
     * @param chance evenly from 0 to 1, so that many nodes started at once do not renew at once
     */
    RenewedIdentity(Supplier<IssuedIdentity> issue, Clock clock, DoubleSupplier chance) {
        this.issue = issue;
        this.clock = clock;
        this.chance = chance;
        this.current = held(issue.get());
    }

    private record Held(IssuedIdentity identity, Instant renewAt) {}

    @Override
    public IssuedIdentity get() {
        Held now = current;
        return clock.instant().isAfter(now.renewAt()) ? renewed(now) : now.identity();
    }

    private synchronized IssuedIdentity renewed(Held old) {
        if (!current.equals(old)) {
            return current.identity();
        }
        try {
            current = held(issue.get());
        } catch (RuntimeException e) {
            if (!clock.instant().isBefore(old.identity().leaf().getNotAfter().toInstant())) {
                throw e;
            }
            LOG.atError().setCause(e).log("certificate of this node cannot be renewed; the present one is used on");
            current = new Held(old.identity(), clock.instant().plus(AGAIN));
        }
        return current.identity();
    }

    private Held held(IssuedIdentity identity) {
        double share = HALF + HALF * TENTH * (2 * chance.getAsDouble() - 1);
        return new Held(identity, at(identity.leaf(), share));
    }

    /** Whether half of its life is over. */
    static boolean isPastHalf(X509Certificate certificate, Instant now) {
        return now.isAfter(at(certificate, HALF));
    }

    private static Instant at(X509Certificate certificate, double share) {
        Instant begin = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(begin, certificate.getNotAfter().toInstant());
        return begin.plusMillis((long) (life.toMillis() * share));
    }
}
