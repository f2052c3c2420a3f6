package org.dmsc.tenant.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a connection and a request show of their sender, unproven.
 *
 * @param chain the certificates the peer sent, leaf first; empty when it sent none
 * @param bearerToken the token without the word Bearer
 * @param host the name the peer dialled (SNI, or Host without its port); empty when it gave none or dialled an IP address
 * @param remoteAddress for audit and logs only
 */
public record Credentials(
        List<X509Certificate> chain, Optional<String> bearerToken, Optional<String> host, String remoteAddress) {

    public Credentials {
        chain = List.copyOf(chain);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Credentials[certificates=" + chain.size() + ", token=" + (bearerToken.isPresent() ? "yes" : "no")
                + ", host=" + host + ", remoteAddress=" + remoteAddress + "]";
    }
}
