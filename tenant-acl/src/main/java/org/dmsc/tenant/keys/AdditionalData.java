package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Canonical bytes of a list of fields: each string with its length before it, so that no two lists give the same bytes. */
final class AdditionalData {

    private ByteBuffer bytes = ByteBuffer.allocate(384);

    AdditionalData text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        number(utf8.length);
        room(utf8.length).put(utf8);
        return this;
    }

    AdditionalData number(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    AdditionalData number(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    /** All of it, positioned at its beginning. */
    ByteBuffer finish() {
        return bytes.flip();
    }

    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(2 * (bytes.position() + more));
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }
}
