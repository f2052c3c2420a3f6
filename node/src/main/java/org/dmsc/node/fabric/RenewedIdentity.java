package org.dmsc.node.fabric;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.dmsc.tenant.pki.IssuedIdentity;

/** An identity of this node that is made anew at half of its life, when it is asked for. Thread-safe. */
final class RenewedIdentity implements Supplier<IssuedIdentity> {

    private final Supplier<IssuedIdentity> issue;
    private final Clock clock;
    private volatile IssuedIdentity current;

    RenewedIdentity(Supplier<IssuedIdentity> issue, Clock clock) {
        this.issue = issue;
        this.clock = clock;
        this.current = issue.get();
    }

    @Override
    public IssuedIdentity get() {
        IssuedIdentity now = current;
        return isPastHalf(now.leaf(), clock.instant()) ? renew(now) : now;
    }

    private synchronized IssuedIdentity renew(IssuedIdentity old) {
        if (current.equals(old)) {
            current = issue.get();
        }
        return current;
    }

    /** Whether half of its life is over. */
    static boolean isPastHalf(X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        return now.isAfter(begin.plus(Duration.between(begin, end).dividedBy(2)));
    }
}
