package org.dmsc.tenant.pki;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;

/** Which certificates of an issuing CA are revoked, for its revocation list. MUST NOT block. */
@FunctionalInterface
public interface RevokedSerials {

    /** One revoked certificate. */
    record Revoked(BigInteger serial, Instant at) {}

    /** Those of that CA, in any order; expired ones may be left out. */
    Collection<Revoked> of(X509Certificate issuer);
}
