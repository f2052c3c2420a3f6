package org.dmsc.tenant.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.Pkcs11Token;
import org.dmsc.tenant.testing.Refusals;
import org.dmsc.tenant.testing.SoftHsm;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The authorities in a token of {@link SoftHsm}, when it is installed. */
final class TokenPkiTest {

    private static final TenantId ACME = new TenantId("acme");

    @TempDir
    static Path dir;

    @BeforeAll
    static void softHsmIsInstalled() {
        SoftHsm.assumeInstalled();
    }

    @Test
    void makesUsesRotatesAndDestroysCasWhoseKeysStayInTheToken() throws Exception {
        SoftHsm.run(dir, TokenPkiTest.class);
    }

    /** What the other JVM does. */
    public static void main(String[] args) throws Exception {
        FabricPki pki = open();
        X509Certificate first = pki.createTenantCa(ACME);
        X509Certificate old = leaf(pki);

        pki.prepareTenantCa(ACME);
        X509Certificate second = pki.activateTenantCa(ACME);
        X509Certificate fresh = leaf(pki);

        PeerValidator validator =
                new PeerValidator(pki::root, () -> List.of(second, first), FabricDomain.DEFAULT, Clock.systemUTC());
        assertThat(validator.validate(List.of(old))).isEqualTo(validator.validate(List.of(fresh)));
        fresh.verify(second.getPublicKey());
        assertThat(pki.tenantCas(ACME)).containsExactly(second, first);
        Pkcs11Token token = token();
        assertThat(token.aliases()).contains("root/ca", "platform/ca", "tenants/acme/ca");
        assertThat(token.key("tenants/acme/ca").orElseThrow().getEncoded())
                .as("key material")
                .isNull();
        assertThat(open().root()).isEqualTo(pki.root());

        pki.forgetTenantCa(ACME, first);
        assertThat(pki.tenantCas(ACME)).containsExactly(second);
        pki.destroyTenantCa(ACME);
        assertThat(token().aliases()).contains("root/ca").noneMatch(alias -> alias.startsWith("tenants/acme/"));
        Refusals.assertRefused(Refusal.TENANT_UNKNOWN, () -> leaf(pki));
        Refusals.assertRefused(
                Refusal.INVALID_CONFIGURATION,
                () -> Pkcs11Token.open(Path.of("/no/such/library.so"), 7, SoftHsm.pin()));
    }

    private static X509Certificate leaf(FabricPki pki) {
        return pki.issueAgent(AgentRef.of("acme", "billing"), Duration.ofHours(1))
                .leaf();
    }

    private static FabricPki open() {
        return FabricPki.openOrCreate(token(), FabricDomain.DEFAULT, Clock.systemUTC(), new SecureRandom());
    }

    private static Pkcs11Token token() {
        return Pkcs11Token.open(SoftHsm.library(), 0, SoftHsm.pin());
    }
}
