package org.dmsc.tenant.keys;

import org.dmsc.schemas.TenantId;

/**
 * What a ciphertext is bound to: it opens in no other place. Goes in clear beside the ciphertext and into its additional data.
 *
 * @param channel logical channel, e.g. {@code tasks}
 * @param recipient empty where the router chooses
 * @param schemaId 0 when the plaintext is not Avro
 * @param time milliseconds since the epoch
 */
public record SealContext(
        TenantId tenant,
        String channel,
        String messageId,
        String sender,
        String recipient,
        String contentType,
        int schemaId,
        long time) {}
