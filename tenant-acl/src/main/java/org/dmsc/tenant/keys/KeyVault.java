package org.dmsc.tenant.keys;

import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** Where tenants' root keys live. Routing and payload keys are apart, so that a router can be given the first only. Thread-safe. */
public interface KeyVault {

    /** Whether this process was given keys of that class. */
    boolean holds(KeyClass keyClass);

    /**
     * The root key of that id ({@code <tenant>/<routing|payload>/<version>}), any version that was not destroyed. Its bytes may be out of
     * reach, in a token: then ciphers work with it through the token's provider.
     *
     * @throws RefusedException UNREADABLE when this process does not have it
     */
    SecretKey rootKey(String keyId);

    /** The id of the newest root key: what new data keys are wrapped under. */
    Optional<String> newest(TenantId tenant, KeyClass keyClass);

    /**
     * Makes a root key and returns its id. The first is version 1, a further call rotates. For PAYLOAD the first call also makes the tenant's
     * audit key.
     */
    String create(TenantId tenant, KeyClass keyClass);

    /**
     * The key of the tenant's HMACs in the audit log; lives with the payload keys.
     *
     * @throws RefusedException UNREADABLE when this process does not have it
     */
    SecretKey auditKey(TenantId tenant);

    /**
     * Destroys all keys of a tenant in every class this process holds: whatever they sealed is unreadable from then on. Returns the ids of what
     * was destroyed.
     */
    List<String> destroy(TenantId tenant);

    /** Drops what this process remembers of keys that another process has destroyed. */
    void forget(TenantId tenant);
}
