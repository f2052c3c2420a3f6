package org.dmsc.tenant.log;

import java.nio.charset.StandardCharsets;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** Signs notes under a name with an Ed25519 key. Thread-safe. */
public final class NoteSigner {

    /** Length of a private key. */
    public static final int SEED_BYTES = Ed25519PrivateKeyParameters.KEY_SIZE;

    private final Ed25519PrivateKeyParameters secret;
    private final NoteKey key;

    /** Signs with the key of this seed. */
    public NoteSigner(String name, byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw Text.unreadable("seed of " + seed.length + " bytes", SEED_BYTES + " bytes");
        }
        this.secret = new Ed25519PrivateKeyParameters(seed);
        this.key = new NoteKey(name, secret.generatePublicKey().getEncoded());
    }

    /** What verifies its signatures. */
    public NoteKey key() {
        return key;
    }

    NoteSignature sign(String text) {
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, secret);
        signer.update(message, 0, message.length);
        return NoteSignature.of(key, signer.generateSignature());
    }

    @Override
    public String toString() {
        return "signer of " + key;
    }
}
