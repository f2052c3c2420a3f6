package org.dmsc.tenant.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a connection and a request show of their sender, unproven.
 *
 * @param chain the certificates the peer sent, leaf first; empty when it sent none
 * @param token the access token without the word before it
 * @param possession present exactly when the token was shown as {@code DPoP} and not as {@code Bearer} (RFC 9449 7.1)
 * @param host the name the peer dialled (SNI, or Host without its port); empty when it gave none or dialled an IP address
 * @param remoteAddress for audit and logs only
 */
public record Credentials(
        List<X509Certificate> chain,
        Optional<String> token,
        Optional<Possession> possession,
        Optional<String> host,
        String remoteAddress) {

    public Credentials {
        chain = List.copyOf(chain);
        if (possession.isPresent() && token.isEmpty()) {
            throw new IllegalArgumentException("a proof of possession without the token it is for");
        }
    }

    /** With a bearer token, or none. */
    public Credentials(
            List<X509Certificate> chain, Optional<String> bearerToken, Optional<String> host, String remoteAddress) {
        this(chain, bearerToken, Optional.empty(), host, remoteAddress);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "Credentials[certificates=" + chain.size() + ", token=" + (token.isPresent() ? "yes" : "no") + ", host="
                + host + ", remoteAddress=" + remoteAddress + "]";
    }
}
