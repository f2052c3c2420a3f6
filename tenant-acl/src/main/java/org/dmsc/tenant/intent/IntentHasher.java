package org.dmsc.tenant.intent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Turns words into numbers that say nothing without the tenant's key: SipHash-2-4 (a keyed pseudo-random function, 64 bits), which is fast
 * enough for every word and pair of words of every request, where HMAC-SHA-256 is not. Equal words of two tenants have nothing in common.
 *
 * <p>Immutable, thread-safe.
 */
public final class IntentHasher {

    /** Bytes of a key. */
    public static final int KEY_BYTES = 16;

    /** A longer request is judged by its beginning: it must not cost more than this. */
    private static final int MOST_WORDS = 128;

    private final long key0;
    private final long key1;

    /** With a tenant's key of {@value #KEY_BYTES} bytes, which MUST be used for nothing else. */
    public IntentHasher(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("intent key: " + key.length + " bytes (expected " + KEY_BYTES + ")");
        }
        ByteBuffer bytes = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        this.key0 = bytes.getLong();
        this.key1 = bytes.getLong();
    }

    /** The words of a request and its pairs of neighbours, each once; empty for a text without words. */
    public long[] features(String text) {
        List<String> words = Words.plain(text, MOST_WORDS);
        if (words.isEmpty()) {
            return new long[0];
        }
        long[] all = new long[2 * words.size() + 1];
        int size = 0;
        String before = "^";
        for (String word : words) {
            all[size++] = hash("w " + word);
            all[size++] = hash("p " + before + ' ' + word);
            before = word;
        }
        all[size] = hash("p " + before + " $");
        return Arrays.stream(all).distinct().toArray();
    }

    /** The skill with this id. */
    public long skill(String id) {
        return hash("s " + id);
    }

    @Override
    public String toString() {
        return "IntentHasher[key redacted]";
    }

    private long hash(String text) {
        SipState state = new SipState(key0, key1);
        int length = text.length();
        int full = length & ~3;
        for (int i = 0; i < full; i += 4) {
            state.take(text.charAt(i)
                    | (long) text.charAt(i + 1) << 16
                    | (long) text.charAt(i + 2) << 32
                    | (long) text.charAt(i + 3) << 48);
        }
        long last = (2L * length) << 56;
        for (int i = full; i < length; i++) {
            last |= (long) text.charAt(i) << (16 * (i - full));
        }
        state.take(last);
        return state.end();
    }

    /** SipHash-2-4 over the UTF-16 code units, little-endian. */
    private static final class SipState {

        private long v0;
        private long v1;
        private long v2;
        private long v3;

        SipState(long key0, long key1) {
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL;
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
        }

        void take(long block) {
            v3 ^= block;
            rounds(2);
            v0 ^= block;
        }

        long end() {
            v2 ^= 0xff;
            rounds(4);
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void rounds(int count) {
            for (int i = 0; i < count; i++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
        }
    }
}
