package org.dmsc.tenant.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.Grant;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.testing.FixedTenants;
import org.junit.jupiter.api.Test;

final class CrossTenantRuleTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final long NOW = 1_000;

    @Test
    void aTenantMayUseItsOwnSkillsWithoutARecord() {
        assertThat(CrossTenantRule.check(ACME, ACME, Optional.empty(), "plan", NOW))
                .isEmpty();
    }

    @Test
    void nothingCrossesByDefault() {
        assertThat(check(FixedTenants.active("globex").build(), "plan")).contains(Refusal.CROSS_TENANT);
        assertThat(CrossTenantRule.check(ACME, GLOBEX, Optional.empty(), "plan", NOW))
                .contains(Refusal.CROSS_TENANT);
    }

    @Test
    void aGrantThatBothSidesAgreedToLetsExactlyItsSkillsCross() {
        TenantRecord exporter = exporter(grant("acme", true, NOW + 1, "plan"));

        assertThat(check(exporter, "plan")).isEmpty();
        assertThat(check(exporter, "planning")).contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter, "Plan")).contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter, "")).contains(Refusal.CROSS_TENANT);
        assertThat(CrossTenantRule.checkAnySkill(ACME, GLOBEX, Optional.of(exporter), NOW))
                .isEmpty();
    }

    @Test
    void aGrantDoesNotCountForOthersNorBackwardsNorWhenNotAcceptedNorWhenExpired() {
        assertThat(check(exporter(grant("acme-2", true, NOW + 1, "plan")), "plan"))
                .contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter(grant("*", true, NOW + 1, "plan")), "plan")).contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter(grant("acme", true, NOW + 1, "*")), "plan")).contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter(grant("acme", false, NOW + 1, "plan")), "plan"))
                .contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter(grant("acme", true, NOW, "plan")), "plan")).contains(Refusal.CROSS_TENANT);
        assertThat(check(exporter(grant("acme", true, 0, "plan")), "plan")).contains(Refusal.CROSS_TENANT);
        assertThat(CrossTenantRule.check(
                        GLOBEX, ACME, Optional.of(FixedTenants.active("acme").build()), "plan", NOW))
                .contains(Refusal.CROSS_TENANT);
    }

    @Test
    void aGrantOfASuspendedTenantOrOfAnotherTenantsRecordDoesNotCount() {
        TenantRecord suspended = FixedTenants.active("globex")
                .setGrants(List.of(grant("acme", true, NOW + 1, "plan")))
                .setState(TenantState.SUSPENDED)
                .build();
        TenantRecord another = FixedTenants.active("initech")
                .setGrants(List.of(grant("acme", true, NOW + 1, "plan")))
                .build();

        assertThat(check(suspended, "plan")).contains(Refusal.CROSS_TENANT);
        assertThat(check(another, "plan")).contains(Refusal.CROSS_TENANT);
    }

    private static Optional<Refusal> check(TenantRecord exporter, String skill) {
        return CrossTenantRule.check(ACME, GLOBEX, Optional.of(exporter), skill, NOW);
    }

    private static TenantRecord exporter(Grant grant) {
        return FixedTenants.active("globex").setGrants(List.of(grant)).build();
    }

    private static Grant grant(String importer, boolean accepted, long notAfter, String skill) {
        return new Grant("g1", importer, List.of(skill), accepted, notAfter);
    }
}
