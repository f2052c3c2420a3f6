package org.dmsc.tenant.keys;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Root keys in two PKCS#12 files, {@code routing.p12} and {@code payload.p12}; a router gets the first only. Keys that other processes of the
 * machine add are found when they are first asked for. Destroying rewrites the file: backups of it must be destroyed too.
 */
public final class Pkcs12KeyVault implements KeyVault {

    private static final int KEY_BYTES = 32;
    private static final Pattern KEY_ID =
            Pattern.compile("([a-z0-9-]{1,40})/(routing|payload|audit)/([1-9][0-9]{0,8})");

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
        Matcher matcher = KEY_ID.matcher(keyId);
        if (!matcher.matches() || matcher.group(2).equals("audit")) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "key id: '" + Printable.of(keyId) + "' (expected <tenant>/<routing|payload>/<version>)");
        }
        KeyClass keyClass = matcher.group(2).equals("routing") ? KeyClass.ROUTING : KeyClass.PAYLOAD;
        return find(keyClass, keyId, "AES");
    }

    @Override
    public Optional<String> newest(TenantId tenant, KeyClass keyClass) {
        OptionalInt version = versions(file(keyClass).aliases().stream(), tenant, keyClass.label())
                .max();
        return version.isPresent()
                ? Optional.of(keyId(tenant, keyClass.label(), version.getAsInt()))
                : Optional.empty();
    }

    @Override
    public String create(TenantId tenant, KeyClass keyClass) {
        String[] made = new String[1];
        file(keyClass).update((store, password) -> {
            int next = versions(Collections.list(store.aliases()).stream(), tenant, keyClass.label())
                            .max()
                            .orElse(0)
                    + 1;
            made[0] = keyId(tenant, keyClass.label(), next);
            add(store, password, made[0]);
            if (keyClass == KeyClass.PAYLOAD && !store.containsAlias(auditKeyId(tenant))) {
                add(store, password, auditKeyId(tenant));
            }
        });
        return made[0];
    }

    @Override
    public SecretKey auditKey(TenantId tenant) {
        return find(KeyClass.PAYLOAD, auditKeyId(tenant), "HmacSHA256");
    }

    @Override
    public void destroy(TenantId tenant) {
        String prefix = tenant + "/";
        files.values()
                .forEach(file -> file.update((store, password) -> {
                    for (String alias : Collections.list(store.aliases())) {
                        if (alias.startsWith(prefix)) {
                            store.deleteEntry(alias);
                        }
                    }
                }));
        cache.keySet().removeIf(keyId -> keyId.startsWith(prefix));
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
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNREADABLE,
                        "no key " + keyId + " in the vault (was the tenant's key destroyed, or made elsewhere?)"));
        cache.put(keyId, found);
        return found;
    }

    private Pkcs12File file(KeyClass keyClass) {
        Pkcs12File file = files.get(keyClass);
        if (file == null) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "this process holds no " + keyClass.label() + " keys (expected a role that was given them)");
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

    private static IntStream versions(Stream<String> aliases, TenantId tenant, String label) {
        return aliases.map(KEY_ID::matcher)
                .filter(Matcher::matches)
                .filter(matcher -> matcher.group(1).equals(tenant.value())
                        && matcher.group(2).equals(label))
                .mapToInt(matcher -> Integer.parseInt(matcher.group(3)));
    }

    private static String keyId(TenantId tenant, String label, int version) {
        return tenant + "/" + label + "/" + version;
    }

    private static String auditKeyId(TenantId tenant) {
        return keyId(tenant, "audit", 1);
    }
}
