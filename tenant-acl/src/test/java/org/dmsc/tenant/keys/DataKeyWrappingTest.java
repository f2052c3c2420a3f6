package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-87")
final class DataKeyWrappingTest {

    private final MemoryVault vault = new MemoryVault().withTenant("acme").withTenant("globex");
    private final DataKeyWrapping wrapping = new DataKeyWrapping(vault, new SecureRandom());

    @Test
    void unwrapsWhatItWrapped() {
        SecretKey key = wrapping.newDataKey();
        byte[] wrapped = wrapping.wrap(key, "acme", "acme/payload/1");

        assertThat(wrapped).hasSize(93);
        assertThat(wrapping.unwrap(ByteBuffer.wrap(wrapped), "acme", "acme/payload/1"))
                .isEqualTo(key);
    }

    @Test
    void isBoundToItsTenantAndRootKey() {
        byte[] wrapped = wrapping.wrap(wrapping.newDataKey(), "acme", "acme/payload/1");

        assertRefused(Refusal.UNREADABLE, () -> wrapping.unwrap(ByteBuffer.wrap(wrapped), "acme", "acme/routing/1"));
        assertRefused(Refusal.UNREADABLE, () -> wrapping.unwrap(ByteBuffer.wrap(wrapped), "globex", "acme/payload/1"));
        assertRefused(
                Refusal.UNREADABLE, () -> wrapping.unwrap(ByteBuffer.wrap(wrapped), "globex", "globex/payload/1"));
        assertRefused(Refusal.UNREADABLE, () -> wrapping.unwrap(ByteBuffer.wrap(wrapped), "acme", "acme/payload/9"));
    }

    @Test
    void refusesAKeyWithTheCommitmentOfAnother() {
        byte[] one = wrapping.wrap(wrapping.newDataKey(), "acme", "acme/payload/1");
        byte[] two = wrapping.wrap(wrapping.newDataKey(), "acme", "acme/payload/1");
        System.arraycopy(two, 77, one, 77, 16);

        assertRefused(Refusal.UNREADABLE, () -> wrapping.unwrap(ByteBuffer.wrap(one), "acme", "acme/payload/1"));
    }
}
