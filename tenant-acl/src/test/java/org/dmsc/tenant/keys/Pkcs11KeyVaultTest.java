package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Set;
import java.util.stream.Stream;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.testing.SoftHsm;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@link SoftHsm}, when it is installed. */
final class Pkcs11KeyVaultTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");

    @TempDir
    static Path dir;

    @BeforeAll
    static void softHsmIsInstalled() {
        SoftHsm.assumeInstalled();
    }

    @Test
    void sealsOpensRotatesAndDestroysWithKeysThatNeverLeaveTheToken() throws Exception {
        SoftHsm.run(dir, Pkcs11KeyVaultTest.class);
    }

    /** What the other JVM does. */
    public static void main(String[] args) {
        KeyVault vault = open(Set.of(KeyClass.values()));
        assertThat(vault.newest(ACME, KeyClass.ROUTING)).isEmpty();
        Stream.of(ACME, GLOBEX)
                .forEach(tenant -> Stream.of(KeyClass.values()).forEach(kind -> vault.create(tenant, kind)));

        assertThat(vault.rootKey("acme/payload/1").getEncoded())
                .as("the key stays in the token")
                .isNull();
        String hmac = new VaultAuditHmac(vault).of(ACME, new byte[] {1});
        assertThat(hmac)
                .isEqualTo(new VaultAuditHmac(open(Set.of(KeyClass.values()))).of(ACME, new byte[] {1}))
                .isNotEqualTo(new VaultAuditHmac(vault).of(GLOBEX, new byte[] {1}));

        byte[] text = "secret".getBytes(StandardCharsets.UTF_8);
        SealContext context = new SealContext(ACME, "tasks", "m", "s", "", "t", 0, 1);
        AesGcmEnvelopeCipher cipher = cipher(vault);
        SealedPart first = cipher.seal(KeyClass.PAYLOAD, context, text);
        assertThat(vault.create(ACME, KeyClass.PAYLOAD)).isEqualTo("acme/payload/2");
        cipher.rotate(ACME);
        SealedPart second = cipher.seal(KeyClass.PAYLOAD, context, text);
        assertThat(second.getKeyId()).isEqualTo("acme/payload/2");

        AesGcmEnvelopeCipher other = cipher(open(Set.of(KeyClass.values())));
        assertThat(other.open(first)).isEqualTo(text);
        assertThat(other.open(second)).isEqualTo(text);
        AesGcmEnvelopeCipher router = cipher(open(Set.of(KeyClass.ROUTING)));
        assertRefused(Refusal.UNREADABLE, () -> router.open(first));

        assertThat(vault.destroy(ACME))
                .containsExactly("acme/audit/1", "acme/payload/1", "acme/payload/2", "acme/routing/1");
        assertRefused(Refusal.UNREADABLE, () -> cipher(vault).open(first));
        assertRefused(
                Refusal.UNREADABLE,
                () -> cipher(open(Set.of(KeyClass.values()))).open(second));
        assertThat(vault.newest(GLOBEX, KeyClass.ROUTING)).contains("globex/routing/1");
        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                () -> Pkcs11KeyVault.open(Path.of("/no/such/library.so"), 7, SoftHsm.pin(), Set.of(KeyClass.ROUTING)));
    }

    private static KeyVault open(Set<KeyClass> classes) {
        return Pkcs11KeyVault.open(SoftHsm.library(), 0, SoftHsm.pin(), classes);
    }

    private static AesGcmEnvelopeCipher cipher(KeyVault vault) {
        return new AesGcmEnvelopeCipher(vault, new SecureRandom(), Clock.systemUTC());
    }
}
