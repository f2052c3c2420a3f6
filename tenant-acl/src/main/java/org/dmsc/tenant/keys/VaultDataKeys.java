package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** {@link DataKeys} of a process that has the root keys itself. */
public final class VaultDataKeys implements DataKeys {

    private final KeyVault vault;
    private final DataKeyWrapping wrapping;

    public VaultDataKeys(KeyVault vault, SecureRandom random) {
        this.vault = vault;
        this.wrapping = new DataKeyWrapping(vault, random);
    }

    @Override
    public Fresh generate(TenantId tenant, KeyClass keyClass) {
        String keyId = vault.newest(tenant, keyClass)
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE,
                        "tenant " + tenant + " has no " + keyClass.label()
                                + " key in this vault (expected one since the tenant was created; was it destroyed?)"));
        SecretKey key = wrapping.newDataKey();
        return new Fresh(keyId, key, ByteBuffer.wrap(wrapping.wrap(key, tenant.value(), keyId)));
    }

    @Override
    public SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped) {
        return wrapping.unwrap(wrapped, tenant, keyId);
    }

    @Override
    public void forget(TenantId tenant) {
        vault.forget(tenant);
    }
}
