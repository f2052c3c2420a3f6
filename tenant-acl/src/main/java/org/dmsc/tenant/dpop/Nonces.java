package org.dmsc.tenant.dpop;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces of this process (RFC 9449 8 and 9): a MAC of the time, by a key that is made here and leaves never. A proof with one was made for this
 * gateway, so no other one needs to know that it was used; after a restart none of the old ones counts, so nothing needs to be remembered.
 *
 * <pre>
 *   current ──{@link #BUCKET} passes──▶ last ──{@link #BUCKET} passes──▶ unknown
 * </pre>
 */
final class Nonces {

    static final Duration BUCKET = Duration.ofMinutes(2);

    private static final String MAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int MAC_BYTES = 16;
    private static final byte[] PURPOSE = "DPoP-Nonce".getBytes(StandardCharsets.US_ASCII);

    private final SecretKeySpec key;

    Nonces(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, MAC);
    }

    /** How a nonce stands to those of this process. */
    enum Age {
        CURRENT,
        LAST,
        UNKNOWN
    }

    /** The nonce to use from now on. */
    String at(Instant now) {
        return of(bucket(now));
    }

    Age age(String nonce, Instant now) {
        long bucket = bucket(now);
        if (same(nonce, of(bucket))) {
            return Age.CURRENT;
        }
        return same(nonce, of(bucket - 1)) ? Age.LAST : Age.UNKNOWN;
    }

    private static long bucket(Instant now) {
        return Math.floorDiv(now.getEpochSecond(), BUCKET.toSeconds());
    }

    private String of(long bucket) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(PURPOSE);
            byte[] whole =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(bucket).array());
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, MAC_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no " + MAC, e);
        }
    }

    private static boolean same(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Nonces[]";
    }
}
