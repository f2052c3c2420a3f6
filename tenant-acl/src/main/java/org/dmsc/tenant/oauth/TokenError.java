package org.dmsc.tenant.oauth;

/** Why no token is given (RFC 6749 5.2, RFC 9449 5 and 8). */
public enum TokenError {
    INVALID_REQUEST("invalid_request", 400),
    /** One answer for all: unknown client, bad credential, other tenant, revoked. */
    INVALID_CLIENT("invalid_client", 401),
    UNSUPPORTED_GRANT_TYPE("unsupported_grant_type", 400),
    INVALID_SCOPE("invalid_scope", 400),
    INVALID_DPOP_PROOF("invalid_dpop_proof", 400),
    USE_DPOP_NONCE("use_dpop_nonce", 400),
    METHOD_NOT_ALLOWED("invalid_request", 405),
    TOO_MANY("temporarily_unavailable", 429);

    private final String code;
    private final int httpStatus;

    TokenError(String code, int httpStatus) {
        this.code = code;
        this.httpStatus = httpStatus;
    }

    /** As it stands in {@code error}. */
    public String code() {
        return code;
    }

    /** The status of its answer. */
    public int httpStatus() {
        return httpStatus;
    }
}
