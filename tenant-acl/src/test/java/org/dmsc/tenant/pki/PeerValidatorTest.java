package org.dmsc.tenant.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsc.tenant.pki.Forge.dns;
import static org.dmsc.tenant.pki.Forge.ip;
import static org.dmsc.tenant.pki.Forge.mail;
import static org.dmsc.tenant.pki.Forge.uri;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.CertificateMaker.Signer;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.Test;

/** Cases A1 to A9 of security.md, with a tenant's CA that signs whatever it is told to. */
final class PeerValidatorTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final String GOOD = "spiffe://acme.fabric.localhost/agent/a";

    private final HandClock clock = new HandClock();
    private final CertificateMaker maker = new CertificateMaker(clock, new SecureRandom());
    private final FabricNames names = new FabricNames(DOMAIN);
    private final Signer root = maker.root(names.root(), Duration.ofDays(3650));
    private final Signer acme = tenantCa("acme");
    private final Signer globex = tenantCa("globex");
    private final Signer platform =
            maker.issuingCa(root, names.platformCa(), names.platformConstraints(), Duration.ofDays(90));
    private final List<X509Certificate> cas =
            new ArrayList<>(List.of(platform.certificate(), acme.certificate(), globex.certificate()));
    private final PeerValidator validator = new PeerValidator(root::certificate, () -> cas, DOMAIN, clock);

    @Test
    void acceptsAGoodLeafAloneAndWithItsChain() {
        X509Certificate leaf =
                forge().names(uri(GOOD), dns("acme.fabric.localhost")).certificate();

        assertThat(validator.validate(List.of(leaf)).uri()).isEqualTo(GOOD);
        assertThat(validator.validate(List.of(leaf, acme.certificate())).uri()).isEqualTo(GOOD);
        assertThat(validator.check(List.of(leaf)).issuer()).isEqualTo(acme.certificate());
    }

    @Test
    void a1a2RefusesATrustDomainOfAnotherTenant() {
        String other = "spiffe://globex.fabric.localhost/agent/a";

        refusesNames(uri(other));
        X509Certificate leaf = forge().names(uri(other)).certificate();
        assertRefused(
                Refusal.UNAUTHENTICATED,
                () -> validator.validate(List.of(leaf, acme.certificate(), root.certificate())));
        refusesNames(uri("spiffe://platform.fabric.localhost/operator/o"));
        refusesNames(uri("spiffe://fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://x.acme.fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://acme.fabric.localhost.evil/agent/a"));
        refusesNames(uri("spiffe://xacme.fabric.localhost/agent/a"));
    }

    @Test
    void theJdkItselfEnforcesTheNameConstraints() {
        X509Certificate leaf =
                forge().names(uri("spiffe://globex.fabric.localhost/agent/a")).certificate();
        X509Certificate mail =
                forge().names(uri(GOOD), mail("a@globex.example")).certificate();

        assertThat(pkix(leaf, acme.certificate())).isFalse();
        assertThat(pkix(mail, acme.certificate())).isFalse();
        assertThat(pkix(forge().certificate(), acme.certificate())).isTrue();
    }

    @Test
    void a3RefusesATenantCaAsAnchor() {
        PeerValidator mistaken = new PeerValidator(acme::certificate, () -> cas, DOMAIN, clock);
        X509Certificate leaf = forge().certificate();

        assertRefused(Refusal.INVALID_CONFIGURATION, () -> PeerValidator.requireRoot(acme.certificate()));
        assertRefused(Refusal.INVALID_CONFIGURATION, () -> PeerValidator.requireRoot(leaf));
        assertRefused(Refusal.INVALID_CONFIGURATION, () -> mistaken.validate(List.of(leaf)));
    }

    @Test
    void a4RefusesWrongSetsOfNames() {
        refusesNames();
        refusesNames(uri(GOOD), uri("spiffe://globex.fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://globex.fabric.localhost/agent/a"), uri(GOOD));
        refusesNames(uri(GOOD), uri(GOOD));
        refusesNames(uri(GOOD), mail("a@acme.fabric.localhost"));
        refusesNames(uri(GOOD), mail("a@nobody.invalid"));
        refusesNames(mail("a@nobody.invalid"));
        refusesNames(uri(GOOD), dns("globex.fabric.localhost"));
        refusesNames(uri(GOOD), dns("localhost"));
        refusesNames(uri(GOOD), ip("127.0.0.1"));
        refusesNames(uri(GOOD), ip("::1"));
        refusesNames(dns("acme.fabric.localhost"));
        refusesNames(uri("urn:acme:agent:a"));
        refusesNames(uri("https://acme.fabric.localhost/agent/a"));
        refusesNames(uri(GOOD), new GeneralName(new X500Name("O=acme")));
    }

    @Test
    void a4RefusesASubjectOfAnotherTenantOrNone() {
        refuses(forge().subject("O=globex").certificate());
        refuses(forge().subject("UID=a,O=acme").certificate());
        refuses(forge().subject("").certificate());
    }

    @Test
    void a5RefusesWhatThePathValidatorWouldLetThrough() {
        refusesNames(uri("spiffe://acme.fabric.localhost:99/agent/a"));
        refusesNames(uri("spiffe://ACME.fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://globex@acme.fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://acme@globex.fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://acme.fabric.localhost/agent/%2e%2e"));
        refusesNames(uri("spiffe://acme.fabric.localhost//agent/a"));
        refusesNames(uri("spiffe://acme.fabric.localhost/agent/a/"));
        refusesNames(uri("spiffe://acme.fabric.localhost/agent/a?x"));
        refusesNames(uri("spiffe://acme_x.fabric.localhost/agent/a"));
        refusesNames(uri("spiffe://acme.fabric.localhost/" + "a".repeat(2049)));
        refusesNames(uri("spiffe://acme.fabric.localhost/gateway/g1"));
    }

    @Test
    void a6RefusesCasAndWhatTheySign() {
        refuses(forge().basic(new BasicConstraints(0)).certificate());
        refuses(forge().basic(new BasicConstraints(true)).certificate());
        refuses(forge().usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign).certificate());
        refuses(forge().usage(KeyUsage.digitalSignature | KeyUsage.cRLSign).certificate());
        refuses(forge().usage(KeyUsage.keyAgreement).certificate());

        Signer leaf = forge().make();
        X509Certificate signedByALeaf = new Forge(leaf, clock.instant()).certificate();
        assertRefused(
                Refusal.UNAUTHENTICATED,
                () -> validator.validate(List.of(signedByALeaf, leaf.certificate(), acme.certificate())));
        Signer subCa = forge().basic(new BasicConstraints(0))
                .usage(KeyUsage.keyCertSign)
                .make();
        X509Certificate signedByASubCa = new Forge(subCa, clock.instant()).certificate();
        assertRefused(
                Refusal.UNAUTHENTICATED,
                () -> validator.validate(List.of(signedByASubCa, subCa.certificate(), acme.certificate())));
        refuses(acme.certificate());
        refuses(root.certificate());
    }

    @Test
    void a6RefusesASubCaEvenIfItWasRegistered() {
        Signer subCa = forge().basic(new BasicConstraints(0))
                .usage(KeyUsage.keyCertSign)
                .make();
        cas.add(subCa.certificate());

        refuses(new Forge(subCa, clock.instant()).certificate());
    }

    @Test
    void a7RefusesWhatIsExpiredOrNotYetValid() {
        Instant now = clock.instant();

        refuses(forge().valid(now.minusSeconds(100), now.minusSeconds(1)).certificate());
        refuses(forge().valid(now.plusSeconds(1), now.plusSeconds(100)).certificate());
        assertThat(validator.validate(List.of(forge().valid(now.plusSeconds(30).minusSeconds(60), now.plusSeconds(100))
                        .certificate())))
                .isNotNull();
    }

    @Test
    void a7AnIdentityThatWasAcceptedExpiresAllTheSame() {
        X509Certificate leaf = forge().certificate();
        validator.validate(List.of(leaf));

        clock.advance(Duration.ofHours(2));

        refuses(leaf);
    }

    @Test
    void aCaThatWasTakenAwayEndsItsIdentitiesAtOnce() {
        X509Certificate leaf = forge().certificate();
        validator.validate(List.of(leaf));

        cas.remove(acme.certificate());

        refuses(leaf);
    }

    @Test
    void a8RefusesASelfSignedLeafWithTheNamesOfTheCa() throws Exception {
        KeyPair pair = Forge.keyPair();
        Signer pretender = new Signer(pair.getPrivate(), acme.certificate());

        refuses(new Forge(pretender, clock.instant()).certificate());
        X500Name caName = X500Name.getInstance(
                acme.certificate().getSubjectX500Principal().getEncoded());
        X509Certificate bare = Forge.sign(
                new JcaX509v3CertificateBuilder(
                        caName,
                        BigInteger.ONE,
                        Date.from(clock.instant().minusSeconds(1)),
                        Date.from(clock.instant().plusSeconds(100)),
                        caName,
                        pair.getPublic()),
                pair.getPrivate());
        refuses(bare);
    }

    @Test
    void refusesAnotherFabricsPeers() {
        Signer otherRoot = maker.root(names.root(), Duration.ofDays(1));
        Signer otherAcme = maker.issuingCa(
                otherRoot,
                names.tenantCa(new TenantId("acme")),
                names.tenantConstraints(new TenantId("acme")),
                Duration.ofDays(1));
        X509Certificate leaf = new Forge(otherAcme, clock.instant()).certificate();

        assertRefused(
                Refusal.UNAUTHENTICATED,
                () -> validator.validate(List.of(leaf, otherAcme.certificate(), otherRoot.certificate())));
        cas.add(otherAcme.certificate());
        refuses(leaf);
    }

    @Test
    void a9ChecksThePurposeOnBothSides() throws Exception {
        X509Certificate serverOnly =
                forge().purposes(KeyPurposeId.id_kp_serverAuth).certificate();
        X509Certificate clientOnly =
                forge().purposes(KeyPurposeId.id_kp_clientAuth).certificate();
        X509Certificate none = forge().purposes().certificate();

        refuses(serverOnly);
        refuses(none);
        validator.trustManager().checkServerTrusted(new X509Certificate[] {serverOnly}, "ECDHE_ECDSA");
        validator.trustManager().checkClientTrusted(new X509Certificate[] {clientOnly}, "ECDHE_ECDSA");
        assertThatThrownBy(() ->
                        validator.trustManager().checkServerTrusted(new X509Certificate[] {clientOnly}, "ECDHE_ECDSA"))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void expectingLetsInOnlyThatPeer() throws Exception {
        X509Certificate[] leaf = {forge().certificate()};
        SpiffeId other = SpiffeId.agent(DOMAIN, AgentRef.of("acme", "b"));

        validator.expecting(SpiffeId.parse(GOOD)).checkServerTrusted(leaf, "ECDHE_ECDSA");

        assertThatThrownBy(() -> validator.expecting(other).checkServerTrusted(leaf, "ECDHE_ECDSA"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining(other.uri());
    }

    @Test
    void listsNoCasBecauseTenantsComeLater() {
        assertThat(validator.trustManager().getAcceptedIssuers()).isEmpty();
    }

    @Test
    void refusesAnEmptyChain() {
        assertRefused(Refusal.UNAUTHENTICATED, () -> validator.validate(List.of()));
    }

    private Forge forge() {
        return new Forge(acme, clock.instant());
    }

    private Signer tenantCa(String tenant) {
        TenantId id = new TenantId(tenant);
        return maker.issuingCa(root, names.tenantCa(id), names.tenantConstraints(id), Duration.ofDays(90));
    }

    private void refusesNames(GeneralName... wrong) {
        refuses(forge().names(wrong).certificate());
    }

    private void refuses(X509Certificate leaf) {
        assertRefused(Refusal.UNAUTHENTICATED, () -> validator.validate(List.of(leaf)));
    }

    private boolean pkix(X509Certificate leaf, X509Certificate ca) {
        return validator.fault(leaf, ca, root.certificate()).isEmpty();
    }
}
