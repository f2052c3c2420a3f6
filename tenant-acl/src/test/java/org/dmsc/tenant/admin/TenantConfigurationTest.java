package org.dmsc.tenant.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.admin.TenantConfiguration.Applied;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.policy.SealedPolicies;
import org.dmsc.tenant.rules.TenantPolicy.Standing;
import org.dmsc.tenant.testing.FixedPolicies;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents through a real topic, sealed by a real vault. */
@Tag("case-73")
final class TenantConfigurationTest {

    private static final TenantId ACME = new TenantId("conf-acme");
    private static final TenantId GLOBEX = new TenantId("conf-globex");
    private static final Caller OPERATOR = new Caller(
            Caller.Kind.OPERATOR,
            SpiffeId.node(FabricDomain.DEFAULT, "operator", "local"),
            Optional.empty(),
            Caller.Method.CERTIFICATE);

    @TempDir
    static Path dir;

    private static TestFabric fabric;
    private static TenantConfiguration configuration;
    private static SealedPolicies policies;

    @BeforeAll
    static void open() throws Exception {
        fabric = new TestFabric(dir);
        TenantAdministration administration = new TenantAdministration(fabric.parts, Duration.ofMillis(1));
        configuration = new TenantConfiguration(administration, fabric.parts);
        policies = new SealedPolicies(fabric.tenants, fabric.envelopes);
        policies.start();
        administration.create(ACME, "Acme");
        administration.create(GLOBEX, "Globex");
    }

    @AfterAll
    static void close() {
        fabric.close();
    }

    @Test
    void oneRecordChangesOneTenantAndIsSealedOnItsTopic() {
        TenantRecord other = fabric.tenants.find(GLOBEX).orElseThrow();

        Applied applied = apply(ACME, "region: canary-region\nquotas: {requests-per-second: 20}", OPERATOR);

        TenantRecord record = fabric.tenants.find(ACME).orElseThrow();
        assertThat(applied.generation()).isEqualTo(record.getGeneration());
        assertThat(policies.of(ACME).region()).contains("canary-region");
        assertThat(policies.of(ACME).quotas().tenant().perSecond()).isEqualTo(20);
        assertThat(new String(record.getPolicy().getRouting().getCiphertext().array(), StandardCharsets.ISO_8859_1))
                .doesNotContain("canary-region");
        assertThat(fabric.tenants.find(GLOBEX)).contains(other);
        assertThat(fabric.audited)
                .anyMatch(event -> event.getKind() == AuditKind.TENANT_CHANGED
                        && event.getTenant().equals(ACME.value())
                        && event.getReasons().contains("region"));
        assertThat(fabric.audited.toString()).doesNotContain("canary-region");
        assertThat(apply(ACME, "region: canary-region\nquotas: {requests-per-second: 20}", OPERATOR)
                        .changes())
                .isEmpty();
        assertThat(fabric.tenants.find(ACME)).contains(record);
    }

    @Test
    void aDryRunWritesNothing() {
        TenantRecord before = fabric.tenants.find(GLOBEX).orElseThrow();

        Applied planned = configuration.diff(GLOBEX, FixedPolicies.document(GLOBEX.value(), "region: eu"), OPERATOR);

        assertThat(planned.changes()).extracting(change -> change.path()).containsExactly("region");
        assertThat(fabric.tenants.find(GLOBEX)).contains(before);
    }

    @Test
    void case_73_anAdministratorActsOnItsOwnTenantOnlyAndNotOnWhatTheFabricGrantsIt() {
        apply(GLOBEX, "administrators: [ops]\nquotas: {requests-per-second: 5}", OPERATOR);
        Caller ops = agent(GLOBEX, "ops");
        String own = "administrators: [ops]\nquotas: {requests-per-second: 5}\nnetwork: {sources: [10.0.0.0/8]}";

        assertThat(apply(GLOBEX, own, ops).changes()).isNotEmpty();
        for (String raised : new String[] {"administrators: [ops]", "region: x", own.replace("5}", "500}")}) {
            assertRefused(Refusal.NOT_PERMITTED, () -> apply(GLOBEX, raised, ops));
        }
        assertRefused(Refusal.NOT_PERMITTED, () -> apply(ACME, "", ops));
        assertRefused(Refusal.NOT_PERMITTED, () -> configuration.show(ACME, ops));
        assertRefused(Refusal.NOT_PERMITTED, () -> configuration.show(new TenantId("nobody"), ops));
        assertRefused(Refusal.NOT_PERMITTED, () -> configuration.show(GLOBEX, agent(GLOBEX, "worker")));
        assertRefused(Refusal.NOT_PERMITTED, () -> configuration.show(GLOBEX, agent(ACME, "ops")));
        assertRefused(
                Refusal.INVALID_CONFIGURATION,
                () -> configuration.apply(GLOBEX, FixedPolicies.document(ACME.value(), ""), OPERATOR));
    }

    @Test
    void aDocumentOfATenantThatIsNotThereCreatesIt() {
        TenantId made = new TenantId("conf-new");

        apply(made, "display-name: New\nregion: eu", OPERATOR);

        assertThat(fabric.tenants.find(made).orElseThrow().getDisplayName()).isEqualTo("New");
        assertThat(policies.of(made).region()).contains("eu");
    }

    @Test
    void anotherTenantsSealedDocumentOrADestroyedKeyClosesThePolicy() {
        TenantId victim = new TenantId("conf-victim");
        apply(victim, "region: eu", OPERATOR);
        apply(ACME, "region: us", OPERATOR);
        TenantRecord forged = TenantRecord.newBuilder(
                        fabric.tenants.find(victim).orElseThrow())
                .setPolicy(fabric.tenants.find(ACME).orElseThrow().getPolicy())
                .build();
        SealedPolicies forgedView =
                new SealedPolicies(new org.dmsc.tenant.testing.FixedTenants().put(forged), fabric.envelopes);

        assertThat(forgedView.of(victim).standing()).isEqualTo(Standing.UNREADABLE);
        assertThat(forgedView.of(victim).region()).isEmpty();
    }

    private static Applied apply(TenantId tenant, String yaml, Caller actor) {
        return configuration.apply(tenant, FixedPolicies.document(tenant.value(), yaml), actor);
    }

    private static Caller agent(TenantId tenant, String name) {
        AgentRef agent = AgentRef.of(tenant.value(), name);
        return new Caller(
                Caller.Kind.AGENT,
                SpiffeId.agent(FabricDomain.DEFAULT, agent),
                Optional.of(agent),
                Caller.Method.CERTIFICATE);
    }
}
