package org.dmsc.tenant.admin;

import java.security.cert.X509Certificate;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * All that an agent needs to be believed: a key with its certificates, the root to check others by, and a token for where certificates
 * cannot be used.
 */
public record AgentCredentials(IssuedIdentity identity, X509Certificate root, String token) {

    /** Without key and token. */
    @Override
    public String toString() {
        return "AgentCredentials[" + identity + "]";
    }
}
