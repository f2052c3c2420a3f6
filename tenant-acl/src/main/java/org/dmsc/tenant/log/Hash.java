package org.dmsc.tenant.log;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** A node of the tree: SHA-256, leaves and inner nodes told apart by their first byte (RFC 6962 2.1). Immutable. */
public final class Hash {

    /** Length of a hash. */
    public static final int BYTES = 32;

    /** The root of a log without leaves. */
    public static final Hash EMPTY = new Hash(sha256().digest());

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    /** Asking for one by name costs as much as hashing a node; a digest resets itself. */
    private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(Hash::sha256);

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The hash of a leaf with this content. */
    public static Hash leaf(byte[] content) {
        MessageDigest digest = DIGEST.get();
        digest.update(LEAF);
        return new Hash(digest.digest(content));
    }

    /** The hash of the node above these two; their order matters. */
    public static Hash node(Hash left, Hash right) {
        MessageDigest digest = DIGEST.get();
        digest.update(NODE);
        digest.update(left.bytes);
        return new Hash(digest.digest(right.bytes));
    }

    /** The hash at this place of an array. */
    public static Hash at(byte[] from, int offset) {
        return new Hash(Arrays.copyOfRange(from, offset, offset + BYTES));
    }

    /**
     * Reads what {@link #base64} wrote.
     *
     * @throws RefusedException UNREADABLE when it is anything else
     */
    public static Hash parse(String base64) {
        byte[] bytes = Text.decode(base64);
        if (bytes.length != BYTES) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "hash '" + Printable.of(base64) + "' has " + bytes.length + " bytes (expected " + BYTES + ")");
        }
        return new Hash(bytes);
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, BYTES);
    }

    /** As checkpoints have it. */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return base64();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
