package org.dmsc.tenant.oauth;

/** How a token is to be shown: its {@code token_type} (RFC 6749 7.1, RFC 9449 5). */
public enum TokenType {
    BEARER("Bearer"),
    DPOP("DPoP");

    private final String value;

    TokenType(String value) {
        this.value = value;
    }

    /** As it stands in {@code token_type}, and before the token. */
    public String value() {
        return value;
    }
}
