package org.dmsc.tenant.keys;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Root keys in two PKCS#12 files, {@code routing.p12} and {@code payload.p12}; a router gets the first only. Keys that other processes of the
 * machine add are found when they are first asked for. Destroying rewrites the file and overwrites its old bytes: backups of it must be
 * destroyed too.
 */
public final class Pkcs12KeyVault implements KeyVault {

    private static final int KEY_BYTES = 32;

    private final Map<KeyClass, Pkcs12File> files;
    private final SecureRandom random;
    private final Map<String, SecretKey> cache = new ConcurrentHashMap<>();

    private Pkcs12KeyVault(Map<KeyClass, Pkcs12File> files, SecureRandom random) {
        this.files = files;
        this.random = random;
    }

    /**
     * Opens the files of these classes in a folder; a file that does not exist is made with the first key.
     *
     * @throws RefusedException INVALID_CONFIGURATION when a file is damaged, readable by others, or of another password
     */
    public static Pkcs12KeyVault open(Path dir, char[] password, Set<KeyClass> classes) {
        Map<KeyClass, Pkcs12File> files = new EnumMap<>(KeyClass.class);
        for (KeyClass keyClass : classes) {
            Pkcs12File file = new Pkcs12File(dir.resolve(keyClass.label() + ".p12"), password);
            file.refresh();
            files.put(keyClass, file);
        }
        return new Pkcs12KeyVault(files, new SecureRandom());
    }

    @Override
    public boolean holds(KeyClass keyClass) {
        return files.containsKey(keyClass);
    }

    @Override
    public SecretKey rootKey(String keyId) {
        return find(KeyIds.classOf(keyId), keyId, "AES");
    }

    @Override
    public Optional<String> newest(TenantId tenant, KeyClass keyClass) {
        OptionalInt version = KeyIds.newest(file(keyClass).aliases(), tenant, keyClass);
        return version.isPresent() ? Optional.of(KeyIds.of(tenant, keyClass, version.getAsInt())) : Optional.empty();
    }

    @Override
    public String create(TenantId tenant, KeyClass keyClass) {
        String[] made = new String[1];
        file(keyClass).update((store, password) -> {
            int next = KeyIds.newest(Collections.list(store.aliases()), tenant, keyClass)
                            .orElse(0)
                    + 1;
            made[0] = KeyIds.of(tenant, keyClass, next);
            add(store, password, made[0]);
            if (keyClass == KeyClass.PAYLOAD && !store.containsAlias(KeyIds.audit(tenant))) {
                add(store, password, KeyIds.audit(tenant));
            }
        });
        return made[0];
    }

    @Override
    public SecretKey auditKey(TenantId tenant) {
        return find(KeyClass.PAYLOAD, KeyIds.audit(tenant), "HmacSHA256");
    }

    @Override
    public List<String> destroy(TenantId tenant) {
        List<String> destroyed = new ArrayList<>();
        files.values()
                .forEach(file -> file.updateAndOverwrite((store, password) -> {
                    for (String alias : KeyIds.ofTenant(Collections.list(store.aliases()), tenant)) {
                        store.deleteEntry(alias);
                        destroyed.add(alias);
                    }
                }));
        forget(tenant);
        return List.copyOf(destroyed);
    }

    @Override
    public void forget(TenantId tenant) {
        cache.keySet().removeIf(keyId -> keyId.startsWith(tenant + "/"));
        files.values().forEach(Pkcs12File::refresh);
    }

    @Override
    public String toString() {
        return "Pkcs12KeyVault" + files.keySet();
    }

    private SecretKey find(KeyClass keyClass, String keyId, String algorithm) {
        SecretKey cached = cache.get(keyId);
        if (cached != null) {
            return cached;
        }
        SecretKey found = file(keyClass)
                .key(keyId)
                .map(key -> new SecretKeySpec(key.getEncoded(), algorithm))
                .orElseThrow(() -> KeyIds.missing(keyId));
        cache.put(keyId, found);
        return found;
    }

    private Pkcs12File file(KeyClass keyClass) {
        Pkcs12File file = files.get(keyClass);
        if (file == null) {
            throw KeyIds.notHeld(keyClass);
        }
        return file;
    }

    private void add(KeyStore store, char[] password, String keyId) throws GeneralSecurityException {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        store.setEntry(
                keyId,
                new KeyStore.SecretKeyEntry(new SecretKeySpec(bytes, "AES")),
                new KeyStore.PasswordProtection(password));
        Arrays.fill(bytes, (byte) 0);
    }
}
