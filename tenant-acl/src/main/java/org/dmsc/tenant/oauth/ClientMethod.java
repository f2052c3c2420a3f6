package org.dmsc.tenant.oauth;

/** How a client proves itself at the token endpoint. */
public enum ClientMethod {
    /** By the certificate of its TLS connection (RFC 8705 2.1). */
    TLS_CLIENT_AUTH("tls_client_auth"),
    /** By a JWT that it signs with the key of its certificate (RFC 7523). */
    PRIVATE_KEY_JWT("private_key_jwt");

    private final String value;

    ClientMethod(String value) {
        this.value = value;
    }

    /** As the IANA registry of OAuth parameters has it. */
    public String value() {
        return value;
    }
}
