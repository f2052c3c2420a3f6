package org.dmsc.tenant.keys;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** A vault in memory that can be shared by "processes" with different classes. */
final class MemoryVault implements KeyVault {

    private final Map<String, byte[]> keys;
    private final Set<KeyClass> classes;

    MemoryVault() {
        this(new ConcurrentHashMap<>(), Set.of(KeyClass.ROUTING, KeyClass.PAYLOAD));
    }

    private MemoryVault(Map<String, byte[]> keys, Set<KeyClass> classes) {
        this.keys = keys;
        this.classes = classes;
    }

    MemoryVault sharedWith(Set<KeyClass> others) {
        return new MemoryVault(keys, others);
    }

    MemoryVault withTenant(String tenant) {
        create(new TenantId(tenant), KeyClass.ROUTING);
        create(new TenantId(tenant), KeyClass.PAYLOAD);
        return this;
    }

    @Override
    public boolean holds(KeyClass keyClass) {
        return classes.contains(keyClass);
    }

    @Override
    public SecretKey rootKey(String keyId) {
        return classes.stream().anyMatch(held -> keyId.contains("/" + held.label() + "/")) && keys.containsKey(keyId)
                ? new SecretKeySpec(keys.get(keyId), "AES")
                : missing(keyId);
    }

    @Override
    public Optional<String> newest(TenantId tenant, KeyClass keyClass) {
        return keys.keySet().stream()
                .filter(id -> holds(keyClass) && id.startsWith(tenant + "/" + keyClass.label()))
                .sorted()
                .reduce((older, newer) -> newer);
    }

    @Override
    public String create(TenantId tenant, KeyClass keyClass) {
        String id = tenant + "/" + keyClass.label() + "/"
                + (newest(tenant, keyClass).isPresent() ? 2 : 1);
        keys.put(id, random());
        keys.putIfAbsent(tenant + "/audit/1", random());
        return id;
    }

    @Override
    public SecretKey auditKey(TenantId tenant) {
        return new SecretKeySpec(keys.get(tenant + "/audit/1"), "HmacSHA256");
    }

    @Override
    public List<String> destroy(TenantId tenant) {
        List<String> destroyed =
                keys.keySet().stream().filter(id -> id.startsWith(tenant + "/")).toList();
        destroyed.forEach(keys::remove);
        return destroyed;
    }

    @Override
    public void forget(TenantId tenant) {
        // Nothing is remembered beside what is there.
    }

    private static SecretKey missing(String keyId) {
        throw new RefusedException(Refusal.UNREADABLE, "no key " + keyId);
    }

    private static byte[] random() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
