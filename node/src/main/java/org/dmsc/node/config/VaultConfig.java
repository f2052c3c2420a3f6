package org.dmsc.node.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where keys are that never leave: the root keys of tenants, or the keys of the certificate authorities.
 *
 * @param library the token's PKCS#11 library; present with {@link Kind#PKCS11}
 * @param slot index in the library's list of slots
 * @param pinFile file with the token's user PIN; empty: the usual place below the keys folder
 */
public record VaultConfig(Kind kind, Optional<Path> library, int slot, Optional<Path> pinFile) {

    /** What holds the keys. */
    public enum Kind {
        /** Files below the keys folder. */
        PKCS12,
        /** A token. */
        PKCS11
    }
}
