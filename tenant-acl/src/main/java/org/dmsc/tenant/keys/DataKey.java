package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.SecretKey;

/**
 * A data key that this process seals with. Its nonces are 32 random bits and a counter, and no other process and no later run ever seals with
 * it: so no nonce can come twice, whatever crashes.
 */
final class DataKey {

    /** NIST and the AEAD limits of the CFRG leave far more; see security.md 2.5. */
    private static final long MOST_RECORDS = 1L << 24;

    private static final long MOST_BYTES = 64L << 30;
    private static final int NONCE_BYTES = 12;

    private final String keyId;
    private final ErasableKey key;
    private final ByteBuffer wrapped;
    private final byte[] noncePrefix;
    private final long usableUntil;
    private final AtomicLong records = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    DataKey(String keyId, ErasableKey key, byte[] wrapped, byte[] noncePrefix, long usableUntil) {
        this.keyId = keyId;
        this.key = key;
        this.wrapped = ByteBuffer.wrap(wrapped).asReadOnlyBuffer();
        this.noncePrefix = noncePrefix;
        this.usableUntil = usableUntil;
    }

    String keyId() {
        return keyId;
    }

    SecretKey key() {
        return key;
    }

    /** Overwrites the key: nothing can be sealed with it any more. */
    void erase() {
        key.destroy();
    }

    byte[] wrapped() {
        byte[] copy = new byte[wrapped.remaining()];
        wrapped.duplicate().get(copy);
        return copy;
    }

    /** Whether it may still seal something. */
    boolean usable(long now) {
        return now < usableUntil && records.get() < MOST_RECORDS && bytes.get() < MOST_BYTES;
    }

    /** The nonce of the next record; an empty array when the key has done its work. */
    byte[] nextNonce(long plaintextBytes, long now) {
        if (now >= usableUntil || bytes.addAndGet(plaintextBytes) > MOST_BYTES) {
            return new byte[0];
        }
        long counter = records.getAndIncrement();
        if (counter >= MOST_RECORDS) {
            return new byte[0];
        }
        return ByteBuffer.allocate(NONCE_BYTES)
                .put(noncePrefix)
                .putLong(counter)
                .array();
    }

    @Override
    public String toString() {
        return "DataKey[" + keyId + "]";
    }
}
