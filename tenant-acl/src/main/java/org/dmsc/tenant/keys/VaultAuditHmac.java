package org.dmsc.tenant.keys;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import org.dmsc.schemas.TenantId;

/** HMACs under the audit keys of a vault that holds payload keys. Thread-safe. */
public final class VaultAuditHmac implements AuditHmac {

    private static final String HMAC = "HmacSHA256";

    private final KeyVault vault;
    private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(VaultAuditHmac::newMac);

    public VaultAuditHmac(KeyVault vault) {
        this.vault = vault;
    }

    @Override
    public String of(TenantId tenant, byte[] content) {
        try {
            Mac mac = macs.get();
            mac.init(vault.auditKey(tenant));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 of this JVM failed", e);
        }
    }

    private static Mac newMac() {
        try {
            return Mac.getInstance(HMAC);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no " + HMAC, e);
        }
    }
}
