package org.dmsc.tenant.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.TenantId;

/**
 * HMACs under keys that are derived from the audit keys of a vault that holds payload keys:
 *
 * <pre>
 *   derived key = HMAC-SHA256(audit key, "dmsc-audit-hmac-1")
 * </pre>
 * So a process without the vault can be given the derived key while the audit key stays where it is, in a token too. Thread-safe.
 */
public final class VaultAuditHmac implements AuditHmac {

    private static final String HMAC = "HmacSHA256";
    private static final byte[] LABEL = "dmsc-audit-hmac-1".getBytes(StandardCharsets.US_ASCII);

    private final Function<TenantId, SecretKey> keys;
    private final Predicate<TenantId> known;

    /** Apart, because a Mac stays with the provider of the first key that it was given, and a token's is another. */
    private final ThreadLocal<Mac> derivation = ThreadLocal.withInitial(VaultAuditHmac::newMac);

    private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(VaultAuditHmac::newMac);

    public VaultAuditHmac(KeyVault vault) {
        this.keys = tenant -> derived(vault.auditKey(tenant));
        this.known = tenant -> true;
    }

    private VaultAuditHmac(Function<TenantId, SecretKey> keys, Predicate<TenantId> known) {
        this.keys = keys;
        this.known = known;
    }

    /**
     * With keys that were derived elsewhere.
     *
     * @param keys asked with each HMAC, so it SHOULD remember them
     * @param known whether it does
     */
    public static VaultAuditHmac ofDerived(Function<TenantId, SecretKey> keys, Predicate<TenantId> known) {
        return new VaultAuditHmac(keys, known);
    }

    @Override
    public boolean atHand(TenantId tenant) {
        return known.test(tenant);
    }

    @Override
    public void fetch(TenantId tenant) {
        if (!known.test(tenant)) {
            derived(tenant);
        }
    }

    /** The key that this tenant's HMACs are made with. */
    public SecretKey derived(TenantId tenant) {
        return keys.apply(tenant);
    }

    @Override
    public String of(TenantId tenant, byte[] content) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hmac(macs.get(), derived(tenant), content));
    }

    private SecretKey derived(SecretKey auditKey) {
        byte[] bytes = hmac(derivation.get(), auditKey, LABEL);
        SecretKey key = new SecretKeySpec(bytes, HMAC);
        Arrays.fill(bytes, (byte) 0);
        return key;
    }

    private static byte[] hmac(Mac mac, SecretKey key, byte[] content) {
        try {
            mac.init(key);
            return mac.doFinal(content);
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
