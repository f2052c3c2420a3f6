package org.dmsc.tenant.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.dmsc.schemas.Printable;

/**
 * The key of somebody who signs other people's checkpoints (C2SP tlog-cosignature, Ed25519, type 0x04): the signature says also when. Immutable.
 */
public final class CosignerKey {

    private static final byte COSIGNATURE = 4;
    private static final int SIGNATURE = Long.BYTES + Ed25519PrivateKeyParameters.SIGNATURE_SIZE;

    private final String name;
    private final byte[] key;

    private CosignerKey(String name, byte[] key) {
        this.name = name;
        this.key = key;
    }

    /**
     * Reads a vkey: {@code name+id+base64} of type 4.
     *
     * @throws org.dmsc.schemas.RefusedException UNREADABLE when it is none
     */
    public static CosignerKey parse(String vkey) {
        String[] parts = vkey.split("\\+", 3);
        if (parts.length != 3 || parts[0].isEmpty()) {
            throw Text.unreadable("vkey '" + Printable.of(vkey) + "'", "name+id+key of a witness");
        }
        byte[] typed = Text.decode(parts[2]);
        if (typed.length != 1 + Ed25519PublicKeyParameters.KEY_SIZE || typed[0] != COSIGNATURE) {
            throw Text.unreadable("vkey '" + Printable.of(vkey) + "'", "an Ed25519 key for cosignatures, type 4");
        }
        CosignerKey made = new CosignerKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        String id = HexFormat.of().toHexDigits(made.id());
        if (!id.equals(parts[1])) {
            throw Text.unreadable("vkey '" + Printable.of(vkey) + "'", "id " + id + " for this name and key");
        }
        return made;
    }

    /** As whom it signs. */
    public String name() {
        return name;
    }

    int id() {
        MessageDigest digest = Hash.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(COSIGNATURE);
        return ByteBuffer.wrap(digest.digest(key)).getInt();
    }

    /** When it signed this note; empty when it did not, or did wrongly. */
    public Optional<Instant> cosigned(SignedNote note) {
        return note.signatures().stream()
                .filter(one -> one.isBy(name, id()))
                .map(one -> verified(note.text(), one.signature()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<Instant> verified(String text, byte[] signature) {
        if (signature.length != SIGNATURE) {
            return Optional.empty();
        }
        long time = ByteBuffer.wrap(signature).getLong();
        byte[] message = ("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8);
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(false, new Ed25519PublicKeyParameters(key));
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(Arrays.copyOfRange(signature, Long.BYTES, SIGNATURE))
                ? Optional.of(Instant.ofEpochSecond(time))
                : Optional.empty();
    }

    /** The vkey's name and id. */
    @Override
    public String toString() {
        return name + "+" + HexFormat.of().toHexDigits(id());
    }
}
