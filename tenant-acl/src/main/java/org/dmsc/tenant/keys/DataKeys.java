package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import javax.crypto.SecretKey;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * Makes and unwraps data keys, here with a {@link KeyVault} or by asking a process that has one. Thread-safe. MAY block, for a short and
 * bounded time, when it asks another process.
 */
public interface DataKeys {

    /**
     * A new data key under the tenant's newest root key. It MUST be used for sealing by this process only.
     *
     * @throws RefusedException UNAVAILABLE when there is no such root key, or nobody who has it answers
     */
    Fresh generate(TenantId tenant, KeyClass keyClass);

    /**
     * The data key that travelled with a record.
     *
     * @throws RefusedException UNREADABLE when it was changed, its root key is destroyed or not for this process; UNAVAILABLE when nobody who
     *     has the root key answers
     */
    SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped);

    /** Forgets what is remembered of a tenant whose root keys are destroyed. */
    void forget(TenantId tenant);

    /**
     * A data key and what it looks like in records.
     *
     * @param keyId of the root key
     */
    record Fresh(String keyId, SecretKey key, ByteBuffer wrapped) {

        public Fresh {
            wrapped = wrapped.asReadOnlyBuffer();
        }

        /** Without the key. */
        @Override
        public String toString() {
            return "Fresh[" + keyId + "]";
        }
    }
}
