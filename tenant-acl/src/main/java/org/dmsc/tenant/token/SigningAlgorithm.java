package org.dmsc.tenant.token;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** What outside issuers may sign with (RFC 7518, RFC 8037). Nothing symmetric, and never "none": neither can be written here. */
public enum SigningAlgorithm {
    ES256("ES256"),
    EDDSA("EdDSA"),
    PS256("PS256"),
    /** PKCS#1 v1.5 padding: only for issuers that can do nothing better, so an issuer's configuration has to name it. */
    RS256("RS256");

    private final String value;

    SigningAlgorithm(String value) {
        this.value = value;
    }

    /** As it stands in {@code alg}. */
    public String value() {
        return value;
    }

    /**
     * The algorithm of that name, exactly.
     *
     * @throws RefusedException INVALID_CONFIGURATION
     */
    public static SigningAlgorithm of(String name) {
        return find(name)
                .orElseThrow(() -> new RefusedException(
                        Refusal.INVALID_CONFIGURATION,
                        "algorithm: '" + Printable.of(name) + "' (expected one of " + names() + ")"));
    }

    /** The algorithm of that name, exactly; empty for all that is not here. */
    public static Optional<SigningAlgorithm> find(String name) {
        return Arrays.stream(values()).filter(one -> one.value.equals(name)).findFirst();
    }

    private static List<String> names() {
        return Arrays.stream(values()).map(SigningAlgorithm::value).toList();
    }
}
