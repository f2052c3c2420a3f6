package org.dmsc.tenant.token;

import java.time.Duration;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;

/** What issuer and verifier agree on. */
final class TokenClaims {

    static final String TYPE = "at+jwt";
    static final String CLIENT_ID = "client_id";
    static final String CONFIRMATION = "cnf";
    static final String THUMBPRINT = "x5t#S256";
    static final String KEY_THUMBPRINT = "jkt";
    static final Duration MOST_LIFE = Duration.ofMinutes(15);

    private TokenClaims() {}

    /** Issuer and audience of a tenant's tokens. */
    static String issuer(FabricDomain domain, TenantId tenant) {
        return "https://" + domain.host(tenant);
    }
}
