package org.dmsc.tenant.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Keys in a PKCS#11 token, through the JDK's provider. Keys that are made with {@link #provider} never leave the token. Other processes'
 * changes are seen half a second later, and before each change. Thread-safe.
 */
public final class Pkcs11Token implements KeyEntries {

    /** What another process changed is seen after that time. */
    private static final Duration SEEN = Duration.ofMillis(500);

    private final String name;
    private final char[] pin;
    private final Provider provider;
    private KeyStore store;
    private long loadedAt = System.nanoTime();

    private Pkcs11Token(String name, char[] pin, Provider provider, KeyStore store) {
        this.name = name;
        this.pin = pin.clone();
        this.provider = provider;
        this.store = store;
    }

    /**
     * Opens a token.
     *
     * @param library the token's PKCS#11 library
     * @param slotListIndex which of the library's slots, from 0
     * @throws RefusedException INVALID_CONFIGURATION when library, slot or PIN are wrong
     */
    public static Pkcs11Token open(Path library, int slotListIndex, char[] pin) {
        String name = "PKCS#11 token " + slotListIndex + " of " + library;
        try {
            Provider provider = Pkcs11Provider.of(library, slotListIndex);
            return new Pkcs11Token(name, pin, provider, load(provider, pin));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw failed(Refusal.INVALID_CONFIGURATION, name, e);
        }
    }

    /** For making keys in the token, and for using them. */
    public Provider provider() {
        return provider;
    }

    @Override
    public synchronized Optional<Key> key(String alias) {
        try {
            refresh();
            return Optional.ofNullable(store.getKey(alias, pin));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw failed(Refusal.UNAVAILABLE, name, e);
        }
    }

    @Override
    public synchronized Optional<Certificate> certificate(String alias) {
        try {
            refresh();
            return Optional.ofNullable(store.getCertificate(alias));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw failed(Refusal.UNAVAILABLE, name, e);
        }
    }

    @Override
    public synchronized List<String> aliases() {
        try {
            refresh();
            return List.copyOf(Collections.list(store.aliases()));
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw failed(Refusal.UNAVAILABLE, name, e);
        }
    }

    @Override
    public synchronized void update(Change change) {
        try {
            load();
            change.apply(store, pin);
            load();
        } catch (RefusedException e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw failed(Refusal.UNAVAILABLE, name, e);
        }
    }

    private void refresh() throws IOException, GeneralSecurityException {
        if (System.nanoTime() - loadedAt > SEEN.toNanos()) {
            load();
        }
    }

    private void load() throws IOException, GeneralSecurityException {
        store = load(provider, pin);
        loadedAt = System.nanoTime();
    }

    private static KeyStore load(Provider provider, char[] pin) throws IOException, GeneralSecurityException {
        KeyStore loaded = KeyStore.getInstance("PKCS11", provider);
        loaded.load(null, pin);
        return loaded;
    }

    private static RefusedException failed(Refusal refusal, String token, Exception e) {
        return new RefusedException(
                refusal,
                token + " cannot be used: " + e
                        + " (expected the library of the token, the index of a slot with an initialised token that is plugged in, and its user PIN)");
    }

    @Override
    public String toString() {
        return name;
    }
}
