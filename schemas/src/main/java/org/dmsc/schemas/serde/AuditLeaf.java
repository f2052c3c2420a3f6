package org.dmsc.schemas.serde;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * A stored audit record, byte for byte a leaf of the log. Its index is read without a schema, so that a log can be verified offline: the
 * wire format has five bytes before the record, and the index is the first field of every version of the record.
 */
public final class AuditLeaf {

    private static final int PREFIX = 5;
    private static final int BITS = 7;
    private static final int MORE = 0x80;

    private AuditLeaf() {}

    /** The index that the record says it has; empty when these bytes begin like no audit record. */
    public static OptionalLong index(byte[] leaf) {
        return number(leaf, 0);
    }

    /** When the record got its place, in milliseconds; empty when these bytes begin like no audit record. */
    public static OptionalLong sequencedAt(byte[] leaf) {
        return number(leaf, 1);
    }

    /** Whether the text is in the record, as a whole or as part of another. */
    public static boolean holds(byte[] leaf, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i + wanted.length <= leaf.length; i++) {
            if (Arrays.equals(leaf, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    private static OptionalLong number(byte[] leaf, int before) {
        if (leaf.length <= PREFIX || leaf[0] != 0) {
            return OptionalLong.empty();
        }
        int passed = 0;
        long zigzag = 0;
        for (int i = PREFIX, shift = 0; i < leaf.length && shift < Long.SIZE; i++, shift += BITS) {
            zigzag |= (long) (leaf[i] & (MORE - 1)) << shift;
            if ((leaf[i] & MORE) != 0) {
                continue;
            }
            if (passed == before) {
                return OptionalLong.of((zigzag >>> 1) ^ -(zigzag & 1));
            }
            passed++;
            zigzag = 0;
            shift = -BITS;
        }
        return OptionalLong.empty();
    }
}
