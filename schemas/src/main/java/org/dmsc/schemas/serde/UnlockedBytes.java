package org.dmsc.schemas.serde;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The JDK's own takes a lock for each write, and Avro writes most fields as a byte or two. Of one thread. */
final class UnlockedBytes extends ByteArrayOutputStream {

    private static final int USUAL = 512;

    UnlockedBytes() {
        super(USUAL);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // This is what it is for.
    public void write(int one) {
        room(1);
        buf[count++] = (byte) one;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // This is what it is for.
    public void write(byte[] bytes, int offset, int length) {
        room(length);
        System.arraycopy(bytes, offset, buf, count, length);
        count += length;
    }

    @Override
    public void writeBytes(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    private void room(int more) {
        if (more > buf.length - count) {
            buf = Arrays.copyOf(buf, Math.max(count + more, 2 * buf.length));
        }
    }
}
