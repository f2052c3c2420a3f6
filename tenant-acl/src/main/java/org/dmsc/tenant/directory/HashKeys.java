package org.dmsc.tenant.directory;

import java.nio.ByteBuffer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.HashKey;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.intent.IntentHasher;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Seals and opens the key of a tenant's learnt hashes: under the tenant's routing key, so it is gone with that. */
public final class HashKeys {

    private HashKeys() {}

    /** Seals a key for {@code dmsc.sys.models}. */
    public static SealedEnvelope seal(Envelopes envelopes, TenantId tenant, byte[] key, Parties parties, long now) {
        HashKey record = new HashKey(tenant.value(), ByteBuffer.wrap(key));
        return envelopes.seal(record, tenant, LearntModels.CHANNEL, ModelKeys.key(tenant), parties, now);
    }

    /** Refused as UNREADABLE when it is not this tenant's, or cannot be opened here. */
    public static byte[] open(Envelopes envelopes, TenantId tenant, SealedEnvelope envelope) {
        Envelopes.requirePlace(envelope, tenant, LearntModels.CHANNEL);
        HashKey record = envelopes.routing(envelope, HashKey.class);
        ByteBuffer bytes = record.getKey().duplicate();
        if (!record.getTenant().equals(tenant.value()) || bytes.remaining() != IntentHasher.KEY_BYTES) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "hash key of " + bytes.remaining() + " bytes in a record of " + tenant + " (expected "
                            + IntentHasher.KEY_BYTES + " bytes of the same tenant)");
        }
        byte[] key = new byte[IntentHasher.KEY_BYTES];
        bytes.get(key);
        return key;
    }
}
