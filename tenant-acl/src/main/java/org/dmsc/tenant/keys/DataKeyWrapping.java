package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A data key under its root key, as it travels in each record:
 *
 * <pre>
 *   1  format, 1
 *  16  random id of the data key
 *  12  random IV
 *  48  AES-256-GCM of the data key; additional data: format, tenant, root key id, id of the data key
 *  16  commitment: HMAC-SHA256(data key, "dmsc-commit"), first half
 * </pre>
 *
 * AES-GCM does not commit to its key, so that one ciphertext could open to two plaintexts under two keys; the commitment rules that out.
 */
final class DataKeyWrapping {

    static final int KEY_BYTES = 32;
    static final int TAG_BITS = 128;
    static final String AES_GCM = "AES/GCM/NoPadding";

    /** Named, because BouncyCastle's is 15 to 70 times slower and may be installed by a library. */
    static final String JDK_PROVIDER = "SunJCE";

    private static final byte FORMAT = 1;
    private static final int ID_BYTES = 16;
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = TAG_BITS / 8;
    private static final int COMMITMENT_BYTES = 16;
    private static final int ALL_BYTES = 1 + ID_BYTES + IV_BYTES + KEY_BYTES + TAG_BYTES + COMMITMENT_BYTES;
    private static final byte[] COMMIT = "dmsc-commit".getBytes(StandardCharsets.US_ASCII);

    private final KeyVault vault;
    private final SecureRandom random;

    DataKeyWrapping(KeyVault vault, SecureRandom random) {
        this.vault = vault;
        this.random = random;
    }

    byte[] wrap(SecretKey dataKey, String tenant, String keyId) {
        byte[] id = random(ID_BYTES);
        byte[] iv = random(IV_BYTES);
        try {
            byte[] wrapped = cipher(Cipher.ENCRYPT_MODE, iv, tenant, keyId, id).doFinal(dataKey.getEncoded());
            return ByteBuffer.allocate(ALL_BYTES)
                    .put(FORMAT)
                    .put(id)
                    .put(iv)
                    .put(wrapped)
                    .put(commitment(dataKey))
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM of this JVM failed", e);
        }
    }

    SecretKey unwrap(ByteBuffer wrappedKey, String tenant, String keyId) {
        ByteBuffer in = wrappedKey.duplicate();
        if (in.remaining() != ALL_BYTES || in.get() != FORMAT) {
            throw refused("is not " + ALL_BYTES + " bytes of format " + FORMAT);
        }
        byte[] id = take(in, ID_BYTES);
        byte[] iv = take(in, IV_BYTES);
        byte[] wrapped = take(in, KEY_BYTES + TAG_BYTES);
        byte[] commitment = take(in, COMMITMENT_BYTES);
        SecretKey dataKey;
        try {
            dataKey = new SecretKeySpec(
                    cipher(Cipher.DECRYPT_MODE, iv, tenant, keyId, id).doFinal(wrapped), "AES");
        } catch (GeneralSecurityException e) {
            throw refused("does not open under root key " + keyId);
        }
        if (!MessageDigest.isEqual(commitment, commitment(dataKey))) {
            throw refused("does not commit to its data key");
        }
        return dataKey;
    }

    SecretKey newDataKey() {
        return new SecretKeySpec(random(KEY_BYTES), "AES");
    }

    byte[] random(int bytes) {
        byte[] fresh = new byte[bytes];
        random.nextBytes(fresh);
        return fresh;
    }

    private Cipher cipher(int mode, byte[] iv, String tenant, String keyId, byte[] id) throws GeneralSecurityException {
        SecretKey rootKey = vault.rootKey(keyId);
        // A key that stays in its token has no format: the token's own provider works with it.
        Cipher cipher =
                rootKey.getFormat() == null ? Cipher.getInstance(AES_GCM) : Cipher.getInstance(AES_GCM, JDK_PROVIDER);
        cipher.init(mode, rootKey, new GCMParameterSpec(TAG_BITS, iv));
        AdditionalData data =
                new AdditionalData().text("dmsc-data-key-1").text(tenant).text(keyId);
        cipher.updateAAD(data.finish());
        cipher.updateAAD(id);
        return cipher;
    }

    private static byte[] commitment(SecretKey dataKey) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(dataKey);
            return Arrays.copyOf(mac.doFinal(COMMIT), COMMITMENT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 of this JVM failed", e);
        }
    }

    private static byte[] take(ByteBuffer in, int bytes) {
        byte[] part = new byte[bytes];
        in.get(part);
        return part;
    }

    private static RefusedException refused(String why) {
        return new RefusedException(
                Refusal.UNREADABLE,
                "wrapped data key " + why
                        + " (expected one that a process of this fabric made; was the record changed?)");
    }
}
