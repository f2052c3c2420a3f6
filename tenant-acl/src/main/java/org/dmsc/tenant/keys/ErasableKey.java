package org.dmsc.tenant.keys;

import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * An AES key whose bytes can be overwritten, which the JDK's own cannot. Once erased it gives no bytes at all: sealing with zeros would be
 * worse than not sealing. Thread-safe. A cipher that was made ready with it keeps a schedule of its own until it gets another key.
 */
final class ErasableKey implements SecretKey {

    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private boolean erased;

    private ErasableKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of the key's bytes. */
    static ErasableKey copyOf(SecretKey key) {
        return new ErasableKey(key.getEncoded());
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public synchronized byte[] getEncoded() {
        if (erased) {
            throw new ErasedException();
        }
        return bytes.clone();
    }

    @Override
    public synchronized void destroy() {
        erased = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public synchronized boolean isDestroyed() {
        return erased;
    }

    @Override
    public String toString() {
        return "ErasableKey";
    }

    /** The key was erased by another thread; whoever gets this takes another key. */
    static final class ErasedException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        ErasedException() {
            super("the data key was erased");
        }
    }
}
