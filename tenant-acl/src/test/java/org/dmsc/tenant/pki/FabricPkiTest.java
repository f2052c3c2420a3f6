package org.dmsc.tenant.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FabricPkiTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final TenantId ACME = new TenantId("acme");
    private static final AgentRef PLANNER = AgentRef.of("acme", "planner");
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path dir;

    private final HandClock clock = new HandClock();

    @Test
    void theSameAuthoritiesAreThereAfterARestart() {
        FabricPki pki = open();
        X509Certificate ca = pki.createTenantCa(ACME);

        FabricPki again = open();

        assertThat(again.root()).isEqualTo(pki.root());
        assertThat(again.platformCa()).isEqualTo(pki.platformCa());
        assertThat(again.tenantCa(ACME)).contains(ca);
        assertThat(again.createTenantCa(ACME)).isEqualTo(ca);
        assertThat(again.tenantCa(new TenantId("globex"))).isEmpty();
    }

    @Test
    void aTenantCaIsDueShortBeforeItsEndAndIsReplacedInTwoSteps() {
        FabricPki pki = open();
        X509Certificate first = pki.createTenantCa(ACME);
        assertThat(pki.isDue(ACME)).isFalse();
        clock.advance(Duration.ofDays(61));
        assertThat(pki.isDue(ACME)).isTrue();

        X509Certificate prepared = pki.prepareTenantCa(ACME);
        assertThat(open().prepareTenantCa(ACME)).as("goes on with the same one").isEqualTo(prepared);
        assertThat(pki.tenantCa(ACME)).as("does not sign yet").contains(first);
        X509Certificate second = open().activateTenantCa(ACME);

        assertThat(second).isEqualTo(prepared).isNotEqualTo(first);
        assertThat(pki.tenantCas(ACME)).containsExactly(second, first);
        pki.forgetTenantCa(ACME, first);
        assertThat(pki.tenantCas(ACME)).containsExactly(second);
        assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
        assertThat(second.getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(open().tenantCa(ACME)).contains(second);
    }

    @Test
    void leavesOfOldAndNewCaAreBothAccepted() {
        FabricPki pki = open();
        X509Certificate first = pki.createTenantCa(ACME);
        clock.advance(Duration.ofDays(61));
        IssuedIdentity old = pki.issueAgent(PLANNER, HOUR);
        pki.prepareTenantCa(ACME);
        X509Certificate second = pki.activateTenantCa(ACME);
        IssuedIdentity fresh = pki.issueAgent(PLANNER, HOUR);
        PeerValidator validator = new PeerValidator(pki::root, () -> List.of(second, first), DOMAIN, clock);

        assertThat(validator.validate(old.chain())).isEqualTo(validator.validate(fresh.chain()));
    }

    @Test
    void anAgentsLeafFollowsTheProfile() throws Exception {
        FabricPki pki = open();
        X509Certificate ca = pki.createTenantCa(ACME);

        IssuedIdentity identity = pki.issueAgent(PLANNER, HOUR);

        X509Certificate leaf = identity.leaf();
        assertThat(identity.chain()).containsExactly(leaf, ca);
        assertThat(leaf.getSubjectX500Principal().getName("RFC1779"))
                .contains("O=acme")
                .doesNotContain("CN=");
        assertThat(leaf.getNotBefore().toInstant()).isEqualTo(clock.instant().minusSeconds(60));
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(clock.instant().plus(HOUR));
        assertThat(leaf.getSerialNumber().bitLength()).isEqualTo(127);
        assertThat(leaf.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(6, "spiffe://acme.fabric.localhost/agent/planner"),
                        List.of(2, "acme.fabric.localhost"));
        assertThat(leaf.getExtensionValue("2.5.29.35")).as("authority key id").isNotNull();
        assertThat(leaf.getExtensionValue("2.5.29.14")).as("subject key id").isNotNull();
        assertThat(ca.getCriticalExtensionOIDs()).contains("2.5.29.30");
        assertThat(ca.getBasicConstraints()).isZero();
        assertThat(identity.key().getEncoded()).isNotEmpty();
        assertThat(identity.toString()).doesNotContain("PRIVATE").contains("serial");
    }

    @Test
    void aLeafLivesNoLongerThanAllowedNorThanItsCa() {
        FabricPki pki = open();
        X509Certificate ca = pki.createTenantCa(ACME);

        X509Certificate longest = pki.issueAgent(PLANNER, Duration.ofDays(400)).leaf();
        clock.advance(Duration.ofDays(90).minusHours(2));
        X509Certificate last = pki.issueAgent(PLANNER, Duration.ofHours(24)).leaf();
        clock.advance(Duration.ofHours(3));

        assertThat(longest.getNotAfter().toInstant())
                .isEqualTo(clock.instant().minus(Duration.ofDays(89)).plus(Duration.ofHours(-1)));
        assertThat(last.getNotAfter()).isEqualTo(ca.getNotAfter());
        assertRefused(Refusal.UNAVAILABLE, () -> pki.issueAgent(PLANNER, HOUR));
        assertRefused(Refusal.INVALID_REQUEST, () -> pki.issueOperator("o", Duration.ZERO));
    }

    @Test
    void issuesNoAgentWithoutItsTenantsCa() {
        assertRefused(Refusal.TENANT_UNKNOWN, () -> open().issueAgent(PLANNER, HOUR));
    }

    @Test
    void nodesAndOperatorsAreOfThePlatform() {
        FabricPki pki = open();
        PeerValidator validator = new PeerValidator(pki::root, () -> Set.of(pki.platformCa()), DOMAIN, clock);

        IssuedIdentity gateway = pki.issueNode(
                "gateway", "g1", List.of("localhost", "*.fabric.localhost"), List.of("127.0.0.1", "::1"), HOUR);
        IssuedIdentity operator = pki.issueOperator("root", HOUR);

        assertThat(validator.validate(gateway.chain())).isEqualTo(SpiffeId.node(DOMAIN, "gateway", "g1"));
        assertThat(validator.validate(operator.chain()).nodeKind(DOMAIN)).isEqualTo(Optional.of("operator"));
    }

    @Test
    void pemAndKeyStoreHoldTheIdentity() throws Exception {
        FabricPki pki = open();
        pki.createTenantCa(ACME);
        IssuedIdentity identity = pki.issueAgent(PLANNER, HOUR);

        KeyStore store = identity.keyStore("secret".toCharArray());

        assertThat(Pem.certificates(identity.certificatePem())).isEqualTo(identity.chain());
        assertThat(identity.keyPem())
                .startsWith("-----BEGIN PRIVATE KEY-----\n")
                .endsWith("-----END PRIVATE KEY-----\n");
        assertThat(store.getKey("identity", "secret".toCharArray())).isEqualTo(identity.key());
        assertThat(store.getCertificateChain("identity")).hasSize(2);
        assertRefused(Refusal.INVALID_CONFIGURATION, () -> Pem.certificate("nothing"));
        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                () -> Pem.certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    }

    @Test
    void refusesAnotherDomainsFolder() {
        open();

        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                () -> FabricPki.openOrCreate(dir, new FabricDomain("other.example"), clock, new SecureRandom()));
    }

    @Test
    void refusesAWrongOrLostPassword() throws IOException {
        open();

        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                () -> FabricPki.openOrCreate(dir, "wrong".toCharArray(), DOMAIN, clock, new SecureRandom()));
        Files.delete(dir.resolve("pki.password"));
        assertRefused(Refusal.INVALID_CONFIGURATION, this::open);
    }

    @Test
    void refusesADamagedRootOrOneThatOthersMayRead() throws IOException {
        open();
        Path file = dir.resolve("root.p12");
        byte[] whole = Files.readAllBytes(file);

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(Refusal.INVALID_CONFIGURATION, this::open);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertRefused(Refusal.INVALID_CONFIGURATION, this::open);
    }

    private FabricPki open() {
        return FabricPki.openOrCreate(dir, DOMAIN, clock, new SecureRandom());
    }
}
