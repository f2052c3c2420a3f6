package org.dmsc.tenant.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.RefusedException;

/** An Ed25519 key that notes are verified with, under the name it signs as (C2SP signed-note, type 0x01). Immutable. */
public final class NoteKey {

    static final byte ED25519 = 1;
    private static final int ID_BYTES = 4;

    private final String name;
    private final byte[] key;

    NoteKey(String name, byte[] key) {
        requireName(name);
        this.name = name;
        this.key = key.clone();
    }

    /**
     * Reads a vkey: {@code name+id+base64}.
     *
     * @throws RefusedException UNREADABLE when it is none, or its id is another key's
     */
    public static NoteKey parse(String vkey) {
        String[] parts = vkey.split("\\+", 3);
        if (parts.length != 3) {
            throw Text.unreadable("vkey '" + Printable.of(vkey) + "'", "name+id+key, as 'dmsc audit key' prints it");
        }
        byte[] typed = Text.decode(parts[2]);
        if (typed.length != 1 + Ed25519PublicKeyParameters.KEY_SIZE || typed[0] != ED25519) {
            throw Text.unreadable("vkey '" + Printable.of(vkey) + "'", "an Ed25519 key, type 1");
        }
        NoteKey key = new NoteKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.idInHex().equals(parts[1])) {
            throw Text.unreadable(
                    "vkey '" + Printable.of(vkey) + "'", "id " + key.idInHex() + " for this name and key");
        }
        return key;
    }

    /** Names have no space, no plus and no control character; for us also nothing but ASCII. */
    static void requireName(String name) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '+')) {
            throw Text.unreadable("name '" + Printable.of(name) + "'", "ASCII without space and plus");
        }
    }

    /** As whom it signs. */
    public String name() {
        return name;
    }

    /** The first bytes of SHA-256 over name, line break, type and key. */
    public int id() {
        MessageDigest digest = Hash.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest.digest(typed())).getInt();
    }

    private String idInHex() {
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(ID_BYTES).putInt(id()).array());
    }

    private byte[] typed() {
        return ByteBuffer.allocate(1 + key.length).put(ED25519).put(key).array();
    }

    boolean verifies(byte[] message, byte[] signature) {
        Ed25519Signer verifier = new Ed25519Signer();
        verifier.init(false, new Ed25519PublicKeyParameters(key));
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(signature);
    }

    /** The vkey, for verifiers. */
    @Override
    public String toString() {
        return name + "+" + idInHex() + "+" + Base64.getEncoder().encodeToString(typed());
    }
}
