package org.dmsc.tenant.oauth;

import org.dmsc.tenant.identity.Credentials;

/**
 * A request to the token endpoint.
 *
 * @param method of HTTP
 * @param contentType as sent
 * @param form the body
 * @param credentials what the connection shows; a bearer token in it counts for nothing here
 */
public record TokenAsk(String method, String contentType, String form, Credentials credentials) {

    /** Without the body, which may hold an assertion. */
    @Override
    public String toString() {
        return "TokenAsk[" + method + " from " + credentials.remoteAddress() + "]";
    }
}
