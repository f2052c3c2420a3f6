package org.dmsc.tenant.keys;

import java.util.Locale;

/** The two classes of root keys: routers hold the first, only bridges both. */
public enum KeyClass {
    ROUTING,
    PAYLOAD;

    /** As in key ids. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The class of a root key's id.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is no id of one
     */
    public static KeyClass ofKeyId(String keyId) {
        return KeyIds.classOf(keyId);
    }
}
