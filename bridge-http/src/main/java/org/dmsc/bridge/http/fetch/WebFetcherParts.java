package org.dmsc.bridge.http.fetch;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.tenant.fetch.FetchRules;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;

/**
 * What fetching needs.
 *
 * @param authorities believed beside those of the JVM, for issuers with a CA of their own
 * @param identity this node's certificate, shown to the fabric's agents only
 * @param self SPIFFE id of this node, for the audit log
 */
public record WebFetcherParts(
        FetchRules rules,
        Resolver resolver,
        List<X509Certificate> authorities,
        Supplier<IssuedIdentity> identity,
        PeerValidator peers,
        AuditTrail audit,
        SpiffeId self,
        Clock clock) {

    public WebFetcherParts {
        authorities = List.copyOf(authorities);
    }
}
