package org.dmsc.tenant.keys.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.DataKeys;
import org.dmsc.tenant.keys.DataKeys.Fresh;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.VaultAuditHmac;

/**
 * What a keys node answers to another process of the fabric, without any transport: who it is is proven already. Thread-safe; MAY block when
 * the vault is a token.
 */
public final class KeyDesk {

    private final KeyRights rights;
    private final Function<TenantId, Optional<TenantRecord>> tenants;
    private final DataKeys dataKeys;
    private final VaultAuditHmac auditKeys;

    /**
     * @param tenants what is known of them now
     * @param dataKeys of a vault with all classes
     */
    public KeyDesk(
            FabricDomain domain,
            Function<TenantId, Optional<TenantRecord>> tenants,
            DataKeys dataKeys,
            VaultAuditHmac auditKeys) {
        this.rights = new KeyRights(domain);
        this.tenants = tenants;
        this.dataKeys = dataKeys;
        this.auditKeys = auditKeys;
    }

    /**
     * The answer to a question.
     *
     * @param peer proven by TLS, and not revoked
     * @throws RefusedException NOT_PERMITTED, TENANT_UNKNOWN, TENANT_INACTIVE, INVALID_REQUEST, UNREADABLE, UNAVAILABLE
     */
    byte[] answer(SpiffeId peer, byte[] question) {
        JsonNode asked = KeyMessages.read(question);
        switch (KeyMessages.text(asked, KeyMessages.DO)) {
            case KeyMessages.MAKE:
                return made(peer, asked);
            case KeyMessages.UNWRAP:
                return unwrapped(peer, asked);
            case KeyMessages.AUDIT:
                return audit(peer, asked);
            default:
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        "keys: '" + Printable.of(KeyMessages.text(asked, KeyMessages.DO))
                                + "' (expected make, unwrap or audit)");
        }
    }

    private byte[] made(SpiffeId peer, JsonNode asked) {
        KeyClass keyClass = KeyMessages.keyClass(asked);
        rights.require(peer, keyClass);
        Fresh fresh = dataKeys.generate(tenant(asked), keyClass);
        ObjectNode answer = KeyMessages.object().put(KeyMessages.KEY_ID, fresh.keyId());
        KeyMessages.put(answer, KeyMessages.WRAPPED, fresh.wrapped());
        return withKey(answer, fresh.key());
    }

    private byte[] unwrapped(SpiffeId peer, JsonNode asked) {
        String keyId = KeyMessages.text(asked, KeyMessages.KEY_ID);
        // The id says the class, and a data key that was wrapped under another id does not unwrap.
        rights.require(peer, KeyClass.ofKeyId(keyId));
        TenantId tenant = tenant(asked);
        SecretKey key =
                dataKeys.unwrap(tenant.value(), keyId, ByteBuffer.wrap(KeyMessages.binary(asked, KeyMessages.WRAPPED)));
        return withKey(KeyMessages.object(), key);
    }

    private byte[] audit(SpiffeId peer, JsonNode asked) {
        rights.requireAudit(peer);
        return withKey(KeyMessages.object(), auditKeys.derived(tenant(asked)));
    }

    private static byte[] withKey(ObjectNode answer, SecretKey key) {
        KeyMessages.put(answer, KeyMessages.KEY, key.getEncoded());
        return KeyMessages.bytes(answer);
    }

    /** Before any key is looked for: what a tenant had is nobody's once it has left. */
    private TenantId tenant(JsonNode asked) {
        TenantId tenant = new TenantId(KeyMessages.text(asked, KeyMessages.TENANT));
        TenantRecord known = tenants.apply(tenant)
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE, "tenant " + tenant + " is not known here (expected one of this fabric)"));
        if (known.getState() == TenantState.OFFBOARDED) {
            throw new RefusedException(
                    Refusal.UNREADABLE, "tenant " + tenant + " has left, and its keys were destroyed");
        }
        return tenant;
    }
}
