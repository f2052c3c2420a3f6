package org.dmsc.schemas.serde;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroTypeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Avro binary out of an array, never reserving memory for more than is there. Avro's own decoder believes each length it reads: five hostile
 * bytes make it ask for two gigabytes, and the OutOfMemoryError ends whoever reads the topic. Every element of a collection takes at least
 * one byte in our schemas, so that bounds their counts, too.
 */
final class BoundedDecoder extends Decoder {

    private static final int MOST_VARINT_BITS = 63;

    private final ByteBuffer in;

    BoundedDecoder(byte[] bytes, int offset, int length) {
        this.in = ByteBuffer.wrap(bytes, offset, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void readNull() {}

    @Override
    public boolean readBoolean() throws IOException {
        return take(1).get() == 1;
    }

    @Override
    public int readInt() throws IOException {
        long value = readLong();
        if (value != (int) value) {
            throw new IOException("whole number " + value + " (expected one of 32 bits)");
        }
        return (int) value;
    }

    @Override
    public long readLong() throws IOException {
        long value = 0;
        for (int shift = 0; shift <= MOST_VARINT_BITS; shift += 7) {
            byte next = take(1).get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IOException("whole number of more than 64 bits");
    }

    @Override
    public float readFloat() throws IOException {
        return take(Float.BYTES).getFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return take(Double.BYTES).getDouble();
    }

    @Override
    public Utf8 readString(Utf8 old) throws IOException {
        return new Utf8(chunk());
    }

    @Override
    public String readString() throws IOException {
        return new String(chunk(), StandardCharsets.UTF_8);
    }

    @Override
    public void skipString() throws IOException {
        skipBytes();
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) throws IOException {
        return ByteBuffer.wrap(chunk());
    }

    @Override
    public void skipBytes() throws IOException {
        skipFixed(count());
    }

    @Override
    public void readFixed(byte[] bytes, int start, int length) throws IOException {
        take(length).get(bytes, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        take(length).position(in.position() + length);
    }

    @Override
    public int readEnum() throws IOException {
        return readInt();
    }

    @Override
    public int readIndex() throws IOException {
        return readInt();
    }

    @Override
    public long readArrayStart() throws IOException {
        return block();
    }

    @Override
    public long arrayNext() throws IOException {
        return block();
    }

    @Override
    public long skipArray() throws IOException {
        return skipBlocks();
    }

    @Override
    public long readMapStart() throws IOException {
        return block();
    }

    @Override
    public long mapNext() throws IOException {
        return block();
    }

    @Override
    public long skipMap() throws IOException {
        return skipBlocks();
    }

    /** How many elements follow; a negative number has the block's size in bytes behind it. */
    private long block() throws IOException {
        long elements = readLong();
        if (elements < 0) {
            readLong();
            elements = -elements;
        }
        if (elements < 0 || elements > in.remaining()) {
            throw new AvroTypeException("collection of " + elements + " elements in " + in.remaining()
                    + " bytes (expected at most as many)");
        }
        return elements;
    }

    /** Skips blocks that say how long they are; answers how many elements of one that does not are to be skipped. */
    private long skipBlocks() throws IOException {
        long elements = readLong();
        while (elements < 0) {
            skipFixed(count());
            elements = readLong();
        }
        if (elements > in.remaining()) {
            throw new AvroTypeException("collection of " + elements + " elements in " + in.remaining() + " bytes");
        }
        return elements;
    }

    private byte[] chunk() throws IOException {
        byte[] bytes = new byte[count()];
        in.get(bytes);
        return bytes;
    }

    /** A length that is there. */
    private int count() throws IOException {
        long length = readLong();
        if (length < 0 || length > in.remaining()) {
            throw new EOFException("length " + length + " with " + in.remaining() + " bytes left");
        }
        return (int) length;
    }

    private ByteBuffer take(int bytes) throws EOFException {
        if (bytes < 0 || in.remaining() < bytes) {
            throw new EOFException("ends " + (bytes - in.remaining()) + " bytes too early");
        }
        return in;
    }
}
