package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("case-90")
final class Pkcs12KeyVaultTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final char[] PASSWORD = "a long password".toCharArray();
    private static final Set<KeyClass> BOTH = Set.of(KeyClass.ROUTING, KeyClass.PAYLOAD);

    @TempDir
    Path dir;

    @Test
    void keysSurviveARestart() {
        Pkcs12KeyVault vault = open(BOTH);
        String routing = vault.create(ACME, KeyClass.ROUTING);
        String payload = vault.create(ACME, KeyClass.PAYLOAD);

        Pkcs12KeyVault again = open(BOTH);

        assertThat(routing).isEqualTo("acme/routing/1");
        assertThat(payload).isEqualTo("acme/payload/1");
        assertThat(again.rootKey(routing)).isEqualTo(vault.rootKey(routing)).isNotEqualTo(again.rootKey(payload));
        assertThat(again.rootKey(payload).getEncoded()).hasSize(32);
        assertThat(again.auditKey(ACME)).isEqualTo(vault.auditKey(ACME));
        assertThat(again.newest(ACME, KeyClass.PAYLOAD)).contains(payload);
        assertThat(again.newest(new TenantId("acme-2"), KeyClass.PAYLOAD)).isEmpty();
    }

    @Test
    void aSecondKeyRotatesAndKeepsTheFirst() {
        Pkcs12KeyVault vault = open(BOTH);
        vault.create(ACME, KeyClass.PAYLOAD);
        for (int version = 2; version <= 10; version++) {
            assertThat(vault.create(ACME, KeyClass.PAYLOAD)).isEqualTo("acme/payload/" + version);
        }

        assertThat(vault.newest(ACME, KeyClass.PAYLOAD)).contains("acme/payload/10");
        assertThat(vault.rootKey("acme/payload/1")).isNotEqualTo(vault.rootKey("acme/payload/10"));
    }

    @Test
    void findsAKeyThatAnotherProcessAdded() {
        Pkcs12KeyVault one = open(BOTH);
        Pkcs12KeyVault other = open(BOTH);
        assertRefused(Refusal.UNREADABLE, () -> other.rootKey("acme/payload/1"));

        one.create(ACME, KeyClass.PAYLOAD);

        assertThat(other.rootKey("acme/payload/1")).isEqualTo(one.rootKey("acme/payload/1"));
        assertThat(other.create(ACME, KeyClass.PAYLOAD)).isEqualTo("acme/payload/2");
    }

    @Test
    void manyWritersLoseNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 8; i++) {
            TenantId tenant = new TenantId("tenant-" + i);
            threads.execute(() -> open(BOTH).create(tenant, KeyClass.ROUTING));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        Pkcs12KeyVault vault = open(BOTH);
        for (int i = 0; i < 8; i++) {
            assertThat(vault.newest(new TenantId("tenant-" + i), KeyClass.ROUTING))
                    .isPresent();
        }
    }

    @Test
    void destroyingLeavesNothingOfTheTenantAndEverythingOfOthers() {
        Pkcs12KeyVault vault = open(BOTH);
        TenantId twin = new TenantId("acme-2");
        vault.create(ACME, KeyClass.PAYLOAD);
        vault.create(ACME, KeyClass.ROUTING);
        vault.create(twin, KeyClass.PAYLOAD);
        vault.rootKey("acme/payload/1");

        vault.destroy(ACME);

        assertRefused(Refusal.UNREADABLE, () -> vault.rootKey("acme/payload/1"));
        assertRefused(Refusal.UNREADABLE, () -> vault.auditKey(ACME));
        assertRefused(Refusal.UNREADABLE, () -> open(BOTH).rootKey("acme/routing/1"));
        assertThat(open(BOTH).rootKey("acme-2/payload/1")).isEqualTo(vault.rootKey("acme-2/payload/1"));
    }

    @Test
    void aRouterIsGivenNoPayloadKeys() {
        open(BOTH).create(ACME, KeyClass.PAYLOAD);
        Pkcs12KeyVault router = open(Set.of(KeyClass.ROUTING));

        assertThat(router.holds(KeyClass.PAYLOAD)).isFalse();
        assertRefused(Refusal.UNREADABLE, () -> router.rootKey("acme/payload/1"));
        assertRefused(Refusal.UNREADABLE, () -> router.auditKey(ACME));
        assertRefused(Refusal.UNREADABLE, () -> router.create(ACME, KeyClass.PAYLOAD));
        assertRefused(Refusal.UNREADABLE, () -> router.newest(ACME, KeyClass.PAYLOAD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "acme",
                "acme/audit/1",
                "acme/payload/0",
                "acme/payload/01",
                "acme/payload/1/2",
                "../payload/1",
                "ACME/payload/1"
            })
    void refusesWhatIsNoKeyId(String keyId) {
        Pkcs12KeyVault vault = open(BOTH);
        vault.create(ACME, KeyClass.PAYLOAD);

        assertRefused(Refusal.UNREADABLE, () -> vault.rootKey(keyId));
    }

    @Test
    void refusesAWrongPassword() {
        open(BOTH).create(ACME, KeyClass.PAYLOAD);

        assertRefused(Refusal.INVALID_CONFIGURATION, () -> Pkcs12KeyVault.open(dir, "another".toCharArray(), BOTH));
    }

    @Test
    void refusesADamagedFile() throws IOException {
        open(BOTH).create(ACME, KeyClass.PAYLOAD);
        Path file = dir.resolve("payload.p12");
        byte[] whole = Files.readAllBytes(file);

        for (int length : new int[] {0, 1, 10, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused(Refusal.INVALID_CONFIGURATION, () -> open(BOTH));
        }
        whole[whole.length / 2] ^= 1;
        Files.write(file, whole);
        assertRefused(Refusal.INVALID_CONFIGURATION, () -> open(BOTH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw-r--r--", "rw-rw----", "rw-----w-", "rwxrwxrwx"})
    void refusesAFileThatOthersMayUse(String permissions) throws IOException {
        open(BOTH).create(ACME, KeyClass.PAYLOAD);
        Files.setPosixFilePermissions(dir.resolve("payload.p12"), PosixFilePermissions.fromString(permissions));

        assertRefused(Refusal.INVALID_CONFIGURATION, () -> open(BOTH));
    }

    @Test
    void filesAreTheOwnersOnlyAndHoldNoKeyInClear() throws IOException {
        Path fresh = dir.resolve("new").resolve("secrets");
        Pkcs12KeyVault vault = Pkcs12KeyVault.open(fresh, PASSWORD, BOTH);
        vault.create(ACME, KeyClass.PAYLOAD);
        Path file = fresh.resolve("payload.p12");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)))
                .isEqualTo("rwx------");
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String key = new String(vault.rootKey("acme/payload/1").getEncoded(), StandardCharsets.ISO_8859_1);
        assertThat(content).doesNotContain(key);
        assertThat(vault.toString()).doesNotContain(new String(PASSWORD));
        try (var files = Files.list(fresh)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .as("no temporary file is left")
                    .containsExactlyInAnyOrder("payload.p12", "payload.p12.lock");
        }
    }

    @Test
    void theAuditHmacDependsOnTenantAndContent() {
        Pkcs12KeyVault vault = open(BOTH);
        TenantId globex = new TenantId("globex");
        vault.create(ACME, KeyClass.PAYLOAD);
        vault.create(globex, KeyClass.PAYLOAD);
        VaultAuditHmac hmac = new VaultAuditHmac(vault);

        assertThat(hmac.of(ACME, new byte[] {1}))
                .matches("[A-Za-z0-9_-]{43}")
                .isEqualTo(hmac.of(ACME, new byte[] {1}))
                .isNotEqualTo(hmac.of(ACME, new byte[] {2}))
                .isNotEqualTo(hmac.of(globex, new byte[] {1}));
    }

    private Pkcs12KeyVault open(Set<KeyClass> classes) {
        return Pkcs12KeyVault.open(dir, PASSWORD, classes);
    }
}
