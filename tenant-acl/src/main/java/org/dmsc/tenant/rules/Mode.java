package org.dmsc.tenant.rules;

import java.util.Locale;

/** How a skill of another tenant is used: asked once, or followed as it works. */
public enum Mode {
    REQUEST,
    STREAM;

    /** As in documents. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
