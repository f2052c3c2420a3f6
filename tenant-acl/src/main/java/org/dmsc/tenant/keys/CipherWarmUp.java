package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Has the JVM compile its AES-GCM before anything else waits for the compilers. The processor's instructions for it (GHASH above all) are used
 * by callers that C2 compiled, and by nobody else: until then 16 KiB take 290 µs instead of 13. Each TLS record of Kafka and each sealed part
 * goes that way, and the more methods wait for C2, the more calls it wants to see of one: a fabric that started under load spent half of its
 * processor time in GHASH for minutes. Seen with JDK 17; later ones lose nothing by it.
 */
public final class CipherWarmUp {

    /** More than the 5,000 calls after which C2 compiles a method when nothing else waits; takes a tenth of a second in a new JVM. */
    static final int ROUNDS = 6_000;

    /** Lengths with and without whole blocks, none at all among them: a branch that was never taken is left out, and costs a second compilation. */
    private static final int MOST_TEXT = 97;

    private static final int MOST_DATA = 41;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;

    private final Cipher sealing;
    private final Cipher opening;
    /** Of no use to anybody: nothing that is sealed with it leaves this class. */
    private final SecretKey key = new SecretKeySpec(new byte[KEY_BYTES], "AES");

    private CipherWarmUp() throws GeneralSecurityException {
        this.sealing = Cipher.getInstance(DataKeyWrapping.AES_GCM, DataKeyWrapping.JDK_PROVIDER);
        this.opening = Cipher.getInstance(DataKeyWrapping.AES_GCM, DataKeyWrapping.JDK_PROVIDER);
    }

    /** MUST come before what fills the compilers' queue, or it waits there like everything else. */
    public static void run() {
        rounds(ROUNDS);
    }

    /** How many of so many texts came back as they went in. */
    static int rounds(int rounds) {
        try {
            CipherWarmUp cipher = new CipherWarmUp();
            int same = 0;
            for (int round = 0; round < rounds; round++) {
                same += cipher.round(round) ? 1 : 0;
            }
            return same;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM of this JVM failed", e);
        }
    }

    /** Arrays as in sealed parts and buffers as in TLS, in turns. */
    private boolean round(int round) throws GeneralSecurityException {
        byte[] text = new byte[round % MOST_TEXT];
        byte[] data = new byte[round % MOST_DATA];
        GCMParameterSpec nonce = new GCMParameterSpec(
                DataKeyWrapping.TAG_BITS,
                ByteBuffer.allocate(NONCE_BYTES).putInt(round).array());
        sealing.init(Cipher.ENCRYPT_MODE, key, nonce);
        sealing.updateAAD(data);
        opening.init(Cipher.DECRYPT_MODE, key, nonce);
        opening.updateAAD(data);
        if (round % 2 == 0) {
            return Arrays.equals(text, opening.doFinal(sealing.doFinal(text)));
        }
        ByteBuffer sealed = ByteBuffer.allocate(sealing.getOutputSize(text.length));
        sealing.doFinal(ByteBuffer.wrap(text), sealed);
        ByteBuffer opened = ByteBuffer.allocate(sealed.position());
        opening.doFinal(sealed.flip(), opened);
        return ByteBuffer.wrap(text).equals(opened.flip());
    }
}
