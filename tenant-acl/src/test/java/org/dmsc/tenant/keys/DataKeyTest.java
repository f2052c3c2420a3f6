package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-85")
final class DataKeyTest {

    private static final long GIB = 1L << 30;

    @Test
    void aNonceIsItsPrefixAndACounter() {
        DataKey key = key();

        assertThat(ByteBuffer.wrap(key.nextNonce(1, 0))).isEqualTo(nonce(0));
        assertThat(ByteBuffer.wrap(key.nextNonce(1, 0))).isEqualTo(nonce(1));
    }

    @Test
    void isSpentAfterSixteenMillionRecords() {
        DataKey key = key();

        byte[] last = new byte[0];
        for (int i = 0; i < 1 << 24; i++) {
            last = key.nextNonce(1, 0);
        }

        assertThat(ByteBuffer.wrap(last)).isEqualTo(nonce((1 << 24) - 1));
        assertThat(key.nextNonce(1, 0)).isEmpty();
        assertThat(key.nextNonce(1, 0)).as("and stays so").isEmpty();
    }

    @Test
    void isSpentAfter64GiB() {
        DataKey key = key();

        assertThat(key.nextNonce(64 * GIB, 0)).isNotEmpty();
        assertThat(key.nextNonce(1, 0)).isEmpty();
    }

    @Test
    void isSpentWhenItsTimeHasCome() {
        assertThat(key().nextNonce(1, 999)).isNotEmpty();
        assertThat(key().nextNonce(1, 1_000)).isEmpty();
    }

    @Test
    void doesNotShowItsBytes() {
        assertThat(key()).hasToString("DataKey[acme/payload/1]");
    }

    private static DataKey key() {
        return new DataKey(
                "acme/payload/1",
                ErasableKey.copyOf(new SecretKeySpec(new byte[32], "AES")),
                new byte[93],
                new byte[] {9, 8, 7, 6},
                1_000);
    }

    private static ByteBuffer nonce(long counter) {
        return ByteBuffer.allocate(12)
                .put(new byte[] {9, 8, 7, 6})
                .putLong(counter)
                .flip();
    }
}
