package org.dmsc.tenant.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.testing.CanaryRouter;
import org.dmsc.tenant.testing.TestFabric;
import org.dmsc.tenant.token.TokenVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker. */
class TenantAdministrationTest {

    @TempDir
    static Path dir;

    private static TestFabric fabric;
    private static TenantAdministration administration;

    @BeforeAll
    static void open() throws Exception {
        fabric = new TestFabric(dir);
        administration = new TenantAdministration(fabric.parts);
    }

    @AfterAll
    static void close() {
        fabric.close();
    }

    @Test
    void aTenantIsReadyWhenTheRouterPassedOneCanaryOnEachLane() throws Exception {
        TenantId tenant = new TenantId("admin-1");
        CreatedTenant created;
        try (CanaryRouter router = new CanaryRouter(fabric, tenant)) {
            created = administration.create(tenant, "Admin & Sons");

            assertThat(router.passed).hasValue(TestFabric.SHAPE.lanes());
        }

        assertThat(created.routerAnswered()).isTrue();
        TenantRecord known = fabric.tenants.find(tenant).orElseThrow();
        assertThat(known).isEqualTo(created.tenant());
        assertThat(known.getState()).isEqualTo(TenantState.ACTIVE);
        assertThat(known.getTokenIssuer()).isEqualTo("https://admin-1.fabric.localhost");
        assertThat(known.getRoutingKeyId()).isEqualTo("admin-1/routing/1");
        assertThat(known.getLimits().getMaxAttempts()).isEqualTo(4);
        assertThat(fabric.audited)
                .filteredOn(event -> event.getTenant().equals("admin-1"))
                .extracting(AuditEvent::getKind)
                .as("what is done is said before, and said again when it is done")
                .containsExactly(AuditKind.INTENT, AuditKind.TENANT_CREATED);
    }

    @Test
    void saysWhenNoRouterAnswersAndKeepsTheTenant() {
        TenantId tenant = new TenantId("admin-2");

        CreatedTenant created = new TenantAdministration(fabric.parts, Duration.ofMillis(300)).create(tenant, "");

        assertThat(created.routerAnswered()).isFalse();
        assertThat(administration.list()).extracting(TenantRecord::getTenant).contains("admin-2");
        assertRefused(Refusal.DUPLICATE, () -> administration.create(tenant, ""));
    }

    @Test
    void agentCredentialsAreBelievedByValidatorAndVerifier() throws Exception {
        TenantRecord tenant = create("admin-3");
        AgentRef agent = AgentRef.of("admin-3", "billing");

        AgentCredentials credentials = administration.addAgent(agent, Duration.ofHours(1));

        PeerValidator validator = new PeerValidator(
                credentials::root,
                () -> List.of(Pem.certificate(tenant.getCaCertificates().get(0))),
                FabricDomain.DEFAULT,
                fabric.parts.clock());
        SpiffeId id = validator.validate(credentials.identity().chain());
        assertThat(id).isEqualTo(SpiffeId.agent(FabricDomain.DEFAULT, agent));
        assertThat(new TokenVerifier(fabric.tenants, FabricDomain.DEFAULT, fabric.parts.clock())
                        .verify(credentials.token()))
                .isEqualTo(agent);
        assertThat(credentials.toString()).doesNotContain(credentials.token());
        assertThat(fabric.audited)
                .filteredOn(event -> event.getKind() == AuditKind.IDENTITY_ISSUED)
                .extracting(AuditEvent::getObject)
                .contains(id.uri());
    }

    @Test
    @DisplayName("case 96: what the audit log does not take is not done: no tenant, no certificate, no change")
    void case_96_nothingIsDoneThatIsNotAudited() throws Exception {
        create("admin-7");
        TenantAdministration unaudited = new TenantAdministration(audited(event -> {
            throw new RefusedException(Refusal.UNAVAILABLE, "the audit log cannot be written");
        }));
        TenantRecord before = fabric.tenants.find(new TenantId("admin-7")).orElseThrow();
        X509Certificate platform = fabric.parts.pki().platformCa();

        assertRefused(Refusal.UNAVAILABLE, () -> unaudited.create(new TenantId("admin-8"), ""));
        assertRefused(
                Refusal.UNAVAILABLE, () -> unaudited.addAgent(AgentRef.of("admin-7", "billing"), Duration.ofHours(1)));
        assertRefused(
                Refusal.UNAVAILABLE, () -> unaudited.rotateTokenKey(new TenantId("admin-7"), fabric.parts.node()));
        assertRefused(Refusal.UNAVAILABLE, () -> unaudited.rotatePlatformCa(fabric.parts.node()));

        assertThat(fabric.tenants.find(new TenantId("admin-8"))).isEmpty();
        assertThat(fabric.tenants.find(new TenantId("admin-7"))).contains(before);
        assertThat(fabric.parts.pki().platformCa()).isEqualTo(platform);
    }

    @Test
    void aRotatedPlatformCaIsAudited() {
        X509Certificate active = administration.rotatePlatformCa(fabric.parts.node());

        assertThat(fabric.audited)
                .filteredOn(event -> event.getKind() == AuditKind.CA_ROTATED)
                .extracting(event -> event.getDetails().get("serial"))
                .contains(active.getSerialNumber().toString(16));
    }

    private static AdministrationParts audited(Consumer<AuditEvent> audit) {
        AdministrationParts parts = fabric.parts;
        return new AdministrationParts(
                parts.clients(),
                parts.codec(),
                parts.envelopes(),
                parts.tenants(),
                parts.pki(),
                parts.vault(),
                parts.tokenKeys(),
                parts.domain(),
                parts.shape(),
                parts.clock(),
                parts.ids(),
                audit,
                parts.node(),
                parts.fencing());
    }

    @Test
    void refusesAgentsOfNobodyAndTheGatewaysName() throws Exception {
        create("admin-4");

        assertRefused(
                Refusal.TENANT_UNKNOWN, () -> administration.addAgent(AgentRef.of("nobody", "a"), Duration.ofHours(1)));
        assertRefused(
                Refusal.INVALID_AGENT_ID,
                () -> administration.addAgent(AgentRef.of("admin-4", "gateway"), Duration.ofHours(1)));
    }

    @Test
    void refusesNamesThatWouldBreakALine() {
        assertRefused(Refusal.INVALID_REQUEST, () -> administration.create(new TenantId("admin-5"), "a\nb"));
        assertRefused(Refusal.INVALID_REQUEST, () -> administration.create(new TenantId("admin-5"), "x".repeat(201)));
        assertThat(fabric.tenants.find(new TenantId("admin-5"))).isEmpty();
    }

    @Test
    void goesOnWhereAnEarlierAttemptStopped() throws Exception {
        TenantId tenant = new TenantId("admin-6");
        String ca = Pem.of(fabric.parts.pki().createTenantCa(tenant));
        fabric.vault.create(tenant, org.dmsc.tenant.keys.KeyClass.ROUTING);

        TenantRecord made = create("admin-6");

        assertThat(made.getCaCertificates()).containsExactly(ca);
        assertThat(made.getRoutingKeyId()).isEqualTo("admin-6/routing/1");
    }

    @Test
    void canariesFallOnEachLaneOnce() {
        List<String> ids = Canary.onePerLane(16, () -> UUID.randomUUID().toString());

        for (int lane = 0; lane < 16; lane++) {
            assertThat(Lanes.of(ids.get(lane), 16)).isEqualTo(lane);
        }
    }

    private static TenantRecord create(String tenant) throws InterruptedException {
        TenantId id = new TenantId(tenant);
        try (CanaryRouter router = new CanaryRouter(fabric, id)) {
            return administration.create(id, tenant).tenant();
        }
    }

    private static void assertRefused(Refusal refusal, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }
}
