package org.dmsc.bench.decide;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.KeyVault;

/** Root keys of tenants that do not exist, made from their names: a vault file of hundreds of tenants is not what is measured. */
final class RootKeys implements KeyVault {

    private final Map<String, SecretKey> keys = new ConcurrentHashMap<>();

    @Override
    public boolean holds(KeyClass keyClass) {
        return true;
    }

    @Override
    public SecretKey rootKey(String keyId) {
        return keys.computeIfAbsent(keyId, RootKeys::made);
    }

    private static SecretKey made(String keyId) {
        try {
            byte[] bytes = MessageDigest.getInstance("SHA-256").digest(keyId.getBytes(StandardCharsets.UTF_8));
            return new SecretKeySpec(bytes, "AES");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public Optional<String> newest(TenantId tenant, KeyClass keyClass) {
        return Optional.of(create(tenant, keyClass));
    }

    @Override
    public String create(TenantId tenant, KeyClass keyClass) {
        return tenant + "/" + keyClass.name().toLowerCase(Locale.ROOT) + "/1";
    }

    @Override
    public SecretKey auditKey(TenantId tenant) {
        return rootKey(tenant + "/audit/1");
    }

    @Override
    public List<String> destroy(TenantId tenant) {
        return List.of();
    }

    @Override
    public void forget(TenantId tenant) {
        keys.keySet().removeIf(id -> id.startsWith(tenant + "/"));
    }
}
