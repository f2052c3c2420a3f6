package org.dmsc.tenant.mask;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What becomes of a field or of words that a rule found. */
public enum MaskingAction {
    /** It stays: what an allow-list is made of. */
    KEEP,
    /** It is taken away, its name as well. */
    DROP,
    /** A fixed text stands in its place. */
    REDACT,
    /** The same value gives the same pseudonym between the same two tenants, and another one between any others. */
    PSEUDONYMISE,
    /** Numbers to their order of magnitude, dates to their month, addresses to their domain, other text to its first letter. */
    GENERALISE;

    /** As in documents. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The action of that label. */
    public static Optional<MaskingAction> of(String label) {
        return Arrays.stream(values())
                .filter(action -> action.label().equals(label))
                .findFirst();
    }
}
