package org.dmsc.router.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.KeyVault;

/** Root keys that are made when they are asked for and gone when they are destroyed. */
public final class MemoryVault implements KeyVault {

    private final Map<String, SecretKey> keys = new ConcurrentHashMap<>();
    private final Map<String, Boolean> destroyed = new ConcurrentHashMap<>();

    @Override
    public boolean holds(KeyClass keyClass) {
        return true;
    }

    @Override
    public SecretKey rootKey(String keyId) {
        if (destroyed.containsKey(keyId.substring(0, keyId.indexOf('/')))) {
            throw new RefusedException(Refusal.UNREADABLE, "key " + keyId + " was destroyed");
        }
        return keys.computeIfAbsent(keyId, id -> {
            byte[] bytes = new byte[32];
            bytes[0] = (byte) id.hashCode();
            bytes[1] = (byte) (id.hashCode() >> 8);
            return new SecretKeySpec(bytes, "AES");
        });
    }

    @Override
    public Optional<String> newest(TenantId tenant, KeyClass keyClass) {
        return Optional.of(create(tenant, keyClass));
    }

    @Override
    public String create(TenantId tenant, KeyClass keyClass) {
        return tenant + "/" + keyClass.name().toLowerCase(java.util.Locale.ROOT) + "/1";
    }

    @Override
    public SecretKey auditKey(TenantId tenant) {
        return rootKey(tenant + "/audit/1");
    }

    @Override
    public List<String> destroy(TenantId tenant) {
        destroyed.put(tenant.value(), true);
        return List.of();
    }

    @Override
    public void forget(TenantId tenant) {
        keys.keySet().removeIf(id -> destroyed.containsKey(tenant.value()) && id.startsWith(tenant + "/"));
    }
}
