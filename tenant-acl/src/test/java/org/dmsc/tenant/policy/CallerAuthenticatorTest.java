package org.dmsc.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.dpop.ProofOfPossession;
import org.dmsc.tenant.dpop.PublicNames;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Caller.Kind;
import org.dmsc.tenant.identity.Caller.Method;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.IssuingCas;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.testing.FixedTenants;
import org.dmsc.tenant.testing.HandClock;
import org.dmsc.tenant.token.TokenIssuer;
import org.dmsc.tenant.token.TokenKeys;
import org.dmsc.tenant.token.TokenVerifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The four-way agreement: host, trust domain, issuing CA, token issuer. */
final class CallerAuthenticatorTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final AgentRef PLANNER = AgentRef.of("acme", "planner");
    private static final AgentRef FOREIGNER = AgentRef.of("globex", "planner");
    private static final Duration MINUTES = Duration.ofMinutes(10);
    private static final String HOST = "acme.fabric.localhost";

    @TempDir
    Path dir;

    private final HandClock clock = new HandClock();
    private final FixedTenants tenants = new FixedTenants();
    private FabricPki pki;
    private TokenKeys tokenKeys;
    private TokenIssuer issuer;
    private CallerAuthenticator authenticator;

    @BeforeEach
    void twoTenants() {
        pki = FabricPki.openOrCreate(dir, DOMAIN, clock, new SecureRandom());
        tokenKeys = TokenKeys.open(dir, "a long password".toCharArray());
        issuer = new TokenIssuer(tokenKeys, DOMAIN, clock);
        authenticator = new CallerAuthenticator(
                DOMAIN,
                tenants,
                new PeerValidator(pki::root, IssuingCas.following(tenants, pki::platformCas), DOMAIN, clock),
                new TokenVerifier(tenants, DOMAIN, clock),
                RevocationList.empty(),
                new ProofOfPossession(
                        new PublicNames(DOMAIN, () -> NodeNames.NONE, List.of()), new SecureRandom(), clock));
        create("acme");
        create("globex");
    }

    @Test
    void aCertificateIsEnough() {
        Caller caller = authenticate(chain(PLANNER), Optional.empty(), Optional.of(HOST));

        assertThat(caller.kind()).isEqualTo(Kind.AGENT);
        assertThat(caller.agent()).contains(PLANNER);
        assertThat(caller.tenant()).isEqualTo(PLANNER.tenant());
        assertThat(caller.method()).isEqualTo(Method.CERTIFICATE);
    }

    @Test
    void aTokenIsEnough() {
        Caller caller = authenticate(List.of(), token(PLANNER), Optional.of(HOST));

        assertThat(caller.agent()).contains(PLANNER);
        assertThat(caller.id()).isEqualTo(SpiffeId.agent(DOMAIN, PLANNER));
        assertThat(caller.method()).isEqualTo(Method.TOKEN);
    }

    @Test
    void bothMustNameTheSameAgent() {
        IssuedIdentity identity = pki.issueAgent(PLANNER, MINUTES);
        Optional<String> bound = Optional.of(issuer.issueBound(PLANNER, MINUTES, identity.leaf()));

        assertThat(authenticate(identity.chain(), bound, Optional.empty()).method())
                .isEqualTo(Method.BOTH);
        refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token(AgentRef.of("acme", "boss")), Optional.empty());
        refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token(FOREIGNER), Optional.empty());
        List<X509Certificate> node =
                pki.issueNode("gateway", "g", List.of(), List.of(), MINUTES).chain();
        refuses(Refusal.IDENTITY_MISMATCH, node, token(PLANNER), Optional.empty());
    }

    @Test
    void nothingIsNotEnough() {
        refuses(Refusal.UNAUTHENTICATED, List.of(), Optional.empty(), Optional.of(HOST));
        refuses(Refusal.UNAUTHENTICATED, List.of(), Optional.of(""), Optional.of(HOST));
    }

    @Test
    void aBadTokenIsNotMadeGoodByACertificateNorTheOtherWayRound() {
        List<X509Certificate> root = List.of(pki.root());

        refuses(Refusal.UNAUTHENTICATED, chain(PLANNER), Optional.of("a.b.c"), Optional.empty());
        refuses(Refusal.UNAUTHENTICATED, root, token(PLANNER), Optional.empty());
    }

    @Test
    void theHostMustNameTheSameTenant() {
        for (Optional<String> token : List.of(Optional.<String>empty(), token(PLANNER))) {
            refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token, Optional.of("globex.fabric.localhost"));
            refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token, Optional.of("platform.fabric.localhost"));
            refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token, Optional.of("x.acme.fabric.localhost"));
            refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token, Optional.of("acme_2.fabric.localhost"));
            refuses(Refusal.IDENTITY_MISMATCH, chain(PLANNER), token, Optional.of("globex.fabric.localhost."));
        }
        refuses(Refusal.IDENTITY_MISMATCH, List.of(), token(PLANNER), Optional.of("globex.fabric.localhost"));
    }

    @Test
    void aHostThatIsNobodysAssertsNothing() {
        for (String host : List.of(
                "localhost",
                "127.0.0.1",
                "[::1]",
                "gateway.example.com",
                "fabric.localhost",
                "ACME.fabric.localhost")) {
            assertThat(authenticate(chain(PLANNER), Optional.empty(), Optional.of(host))
                            .agent())
                    .contains(PLANNER);
        }
    }

    @Test
    void operatorsAndNodesAreKnownByThePlatform() {
        Caller operator = authenticate(
                pki.issueOperator("root", MINUTES).chain(), Optional.empty(), Optional.of("platform.fabric.localhost"));
        Caller node = authenticate(
                pki.issueNode("gateway", "g", List.of(), List.of(), MINUTES).chain(),
                Optional.empty(),
                Optional.empty());

        assertThat(operator.kind()).isEqualTo(Kind.OPERATOR);
        assertThat(node.kind()).isEqualTo(Kind.NODE);
        assertRefused(Refusal.NOT_PERMITTED, operator::tenant);
        refuses(
                Refusal.IDENTITY_MISMATCH,
                pki.issueOperator("root", MINUTES).chain(),
                Optional.empty(),
                Optional.of(HOST));
    }

    @Test
    void aTenantThatIsNotActiveIsRefused() {
        List<X509Certificate> chain = chain(PLANNER);
        Optional<String> token = token(PLANNER);
        tenants.put(TenantRecord.newBuilder(record("acme"))
                .setState(TenantState.SUSPENDED)
                .setGeneration(2)
                .build());

        refuses(Refusal.TENANT_INACTIVE, chain, Optional.empty(), Optional.of(HOST));
        refuses(Refusal.TENANT_INACTIVE, List.of(), token, Optional.of(HOST));
    }

    @Test
    void anOffboardedTenantsCaIsKnownNoMore() {
        List<X509Certificate> chain = chain(PLANNER);
        tenants.put(TenantRecord.newBuilder(record("acme"))
                .setState(TenantState.OFFBOARDED)
                .setGeneration(2)
                .build());

        refuses(Refusal.UNAUTHENTICATED, chain, Optional.empty(), Optional.of(HOST));
    }

    @Test
    void aCaThatIsInAnotherTenantsRecordDoesNotCount() {
        List<X509Certificate> chain = chain(PLANNER);
        TenantRecord acme = record("acme");
        TenantRecord globex = record("globex");
        tenants.put(TenantRecord.newBuilder(acme)
                .setCaCertificates(globex.getCaCertificates())
                .setGeneration(2)
                .build());
        tenants.put(TenantRecord.newBuilder(globex)
                .setCaCertificates(acme.getCaCertificates())
                .setGeneration(2)
                .build());

        refuses(Refusal.IDENTITY_MISMATCH, chain, Optional.empty(), Optional.of(HOST));
    }

    @Test
    @Tag("case-56")
    @DisplayName("case 56: a token that is not bound, beside a certificate")
    void besideACertificateATokenMustBeBound() {
        refuses(Refusal.UNAUTHENTICATED, chain(PLANNER), token(PLANNER), Optional.empty());
    }

    @Test
    void aBoundTokenNeedsItsOwnCertificate() {
        IssuedIdentity identity = pki.issueAgent(PLANNER, MINUTES);
        IssuedIdentity renewed = pki.issueAgent(PLANNER, MINUTES);
        Optional<String> bound = Optional.of(issuer.issueBound(PLANNER, MINUTES, identity.leaf()));

        assertThat(authenticate(identity.chain(), bound, Optional.empty()).method())
                .isEqualTo(Method.BOTH);
        refuses(Refusal.UNAUTHENTICATED, renewed.chain(), bound, Optional.empty());
        refuses(Refusal.UNAUTHENTICATED, List.of(), bound, Optional.empty());
    }

    @Test
    void credentialsDoNotShowTheToken() {
        Credentials credentials = new Credentials(List.of(), Optional.of("s3cret"), Optional.of(HOST), "10.0.0.1");

        assertThat(credentials.toString()).doesNotContain("s3cret").contains("token=yes");
    }

    private void create(String tenant) {
        TenantId id = new TenantId(tenant);
        tenants.put(FixedTenants.active(tenant)
                .setCaCertificates(List.of(Pem.of(pki.createTenantCa(id))))
                .setTokenKeys(tokenKeys.createFor(id, clock.instant()))
                .build());
    }

    private TenantRecord record(String tenant) {
        return tenants.find(new TenantId(tenant)).orElseThrow();
    }

    private List<X509Certificate> chain(AgentRef agent) {
        return pki.issueAgent(agent, MINUTES).chain();
    }

    private Optional<String> token(AgentRef agent) {
        return Optional.of(issuer.issue(agent, MINUTES));
    }

    private Caller authenticate(List<X509Certificate> chain, Optional<String> token, Optional<String> host) {
        return authenticator.authenticate(new Credentials(chain, token, host, "127.0.0.1"));
    }

    private void refuses(Refusal refusal, List<X509Certificate> chain, Optional<String> token, Optional<String> host) {
        assertRefused(refusal, () -> authenticate(chain, token, host));
    }
}
