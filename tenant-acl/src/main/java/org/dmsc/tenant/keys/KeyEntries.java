package org.dmsc.tenant.keys;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;

/** Keys and certificates under names, in a file or in a token. Thread-safe. */
public interface KeyEntries {

    /** A change, made while nobody else changes anything. */
    @FunctionalInterface
    interface Change {
        /** Changes the store; entries are protected by the given password. */
        void apply(KeyStore store, char[] password) throws GeneralSecurityException;
    }

    /** The key of that alias; empty when there is none. */
    Optional<Key> key(String alias);

    /** The certificate of that alias; empty when there is none. */
    Optional<Certificate> certificate(String alias);

    /** All aliases. */
    List<String> aliases();

    /** Changes the newest content, or leaves it unchanged when that fails. */
    void update(Change change);
}
