package org.dmsc.tenant.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Root keys in a PKCS#11 token (an HSM, or SoftHSM), made there and never to be taken out: only wrapped data keys cross the border. The
 * tenant's audit key is made here and put in, because the JDK's provider makes no HMAC keys. Destroying deletes the objects of the token;
 * copies are what the token's maker calls backups.
 */
public final class Pkcs11KeyVault implements KeyVault {

    private static final int KEY_BITS = 256;

    private final Provider provider;
    private final char[] pin;
    private final Set<KeyClass> classes;
    private final SecureRandom random;
    private final KeyStore token;

    private Pkcs11KeyVault(Provider provider, char[] pin, Set<KeyClass> classes, SecureRandom random)
            throws GeneralSecurityException {
        this.provider = provider;
        this.pin = pin.clone();
        this.classes = Set.copyOf(classes);
        this.random = random;
        this.token = KeyStore.getInstance("PKCS11", provider);
        reload();
    }

    /**
     * Logs in to a token. Processes that must not have payload keys need a token without them; {@code classes} alone separates code, not keys.
     *
     * @param library the token's PKCS#11 library
     * @param slotListIndex which of the library's slots, from 0
     * @throws RefusedException INVALID_CONFIGURATION when there is no such library or token, or the PIN is wrong
     */
    public static Pkcs11KeyVault open(Path library, int slotListIndex, char[] pin, Set<KeyClass> classes) {
        try {
            return new Pkcs11KeyVault(Pkcs11Provider.of(library, slotListIndex), pin, classes, new SecureRandom());
        } catch (GeneralSecurityException | InvalidParameterException | ProviderException e) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "PKCS#11 token " + slotListIndex + " of " + library + " cannot be used: " + e.getMessage()
                            + " (expected the library of the token, the index of a slot with an initialised token, and its user PIN)");
        }
    }

    @Override
    public boolean holds(KeyClass keyClass) {
        return classes.contains(keyClass);
    }

    @Override
    public SecretKey rootKey(String keyId) {
        requireHeld(KeyIds.classOf(keyId));
        return find(keyId);
    }

    @Override
    public synchronized Optional<String> newest(TenantId tenant, KeyClass keyClass) {
        requireHeld(keyClass);
        reload();
        OptionalInt version = KeyIds.newest(aliases(), tenant, keyClass);
        return version.isPresent() ? Optional.of(KeyIds.of(tenant, keyClass, version.getAsInt())) : Optional.empty();
    }

    @Override
    public synchronized String create(TenantId tenant, KeyClass keyClass) {
        requireHeld(keyClass);
        reload();
        String made = KeyIds.of(
                tenant, keyClass, KeyIds.newest(aliases(), tenant, keyClass).orElse(0) + 1);
        try {
            KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
            generator.init(KEY_BITS);
            token.setKeyEntry(made, generator.generateKey(), null, null);
            if (keyClass == KeyClass.PAYLOAD && !token.containsAlias(KeyIds.audit(tenant))) {
                byte[] bytes = new byte[KEY_BITS / 8];
                random.nextBytes(bytes);
                token.setKeyEntry(KeyIds.audit(tenant), new SecretKeySpec(bytes, "HmacSHA256"), null, null);
                Arrays.fill(bytes, (byte) 0);
            }
            return made;
        } catch (GeneralSecurityException e) {
            throw failed("make " + made, e);
        }
    }

    @Override
    public SecretKey auditKey(TenantId tenant) {
        requireHeld(KeyClass.PAYLOAD);
        return find(KeyIds.audit(tenant));
    }

    @Override
    public synchronized List<String> destroy(TenantId tenant) {
        reload();
        List<String> destroyed =
                KeyIds.ofTenant(aliases(), tenant).stream().filter(this::isHeld).toList();
        try {
            for (String alias : destroyed) {
                token.deleteEntry(alias);
            }
            return destroyed;
        } catch (GeneralSecurityException e) {
            throw failed("destroy the keys of " + tenant, e);
        }
    }

    @Override
    public synchronized void forget(TenantId tenant) {
        reload();
    }

    @Override
    public String toString() {
        return "Pkcs11KeyVault" + classes;
    }

    private synchronized SecretKey find(String keyId) {
        SecretKey key = key(keyId);
        if (key == null) {
            // Another process may have made it.
            reload();
            key = key(keyId);
        }
        if (key == null) {
            throw KeyIds.missing(keyId);
        }
        return key;
    }

    private @Nullable SecretKey key(String keyId) {
        try {
            return (SecretKey) token.getKey(keyId, null);
        } catch (GeneralSecurityException e) {
            throw failed("use " + keyId, e);
        }
    }

    private List<String> aliases() {
        try {
            return Collections.list(token.aliases());
        } catch (GeneralSecurityException e) {
            throw failed("list keys", e);
        }
    }

    private void reload() {
        try {
            token.load(null, pin);
        } catch (IOException | GeneralSecurityException e) {
            throw failed("log in", e);
        }
    }

    private boolean isHeld(String alias) {
        return alias.contains("/audit/") ? holds(KeyClass.PAYLOAD) : holds(KeyIds.classOf(alias));
    }

    private void requireHeld(KeyClass keyClass) {
        if (!holds(keyClass)) {
            throw KeyIds.notHeld(keyClass);
        }
    }

    private RefusedException failed(String what, Exception e) {
        return new RefusedException(
                Refusal.UNAVAILABLE, provider.getName() + " could not " + what + ": " + e + " (is the token there?)");
    }
}
