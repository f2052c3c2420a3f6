package org.dmsc.tenant.oauth;

import java.util.Optional;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.Possession;

/**
 * A request to the token endpoint.
 *
 * @param method of HTTP
 * @param contentType as sent
 * @param form the body
 * @param credentials what the connection shows; a token in it counts for nothing here
 * @param proof of the key that the token is to be bound to (RFC 9449 5)
 */
public record TokenAsk(
        String method, String contentType, String form, Credentials credentials, Optional<Possession> proof) {

    /** Without the body, which may hold an assertion. */
    @Override
    public String toString() {
        return "TokenAsk[" + method + " from " + credentials.remoteAddress() + "]";
    }
}
