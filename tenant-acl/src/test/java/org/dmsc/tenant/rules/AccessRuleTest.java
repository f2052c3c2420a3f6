package org.dmsc.tenant.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.rules.Access.Origin;
import org.dmsc.tenant.rules.Party.Activity;
import org.dmsc.tenant.rules.Verdict.Allowed;
import org.dmsc.tenant.rules.Verdict.Denied;
import org.dmsc.tenant.testing.FixedPolicies;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order, row by row. */
@Tag("case-65")
final class AccessRuleTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final String OFFER =
            "grants: {offers: [{id: g, to: acme, skills: [plan, code], until: 2100-01-01%s}]}";
    private static final String ACCEPT = "grants: {acceptances: [{id: g, from: globex, skills: [plan]%s}]}";

    @Test
    void everyStepIsAskedInItsPlaceAndOnlyWhenTheOnesBeforeLetItPass() {
        List<String> asked = new ArrayList<>();

        assertRefused(Refusal.TENANT_UNKNOWN, AccessRule.decide(own(Activity.UNKNOWN), recording(asked, "")));
        assertRefused(Refusal.TENANT_INACTIVE, AccessRule.decide(own(Activity.INACTIVE), recording(asked, "")));
        assertThat(asked).isEmpty();
        assertRefused(Refusal.UNAUTHENTICATED, AccessRule.decide(across("", "", "plan"), recording(asked, "revoked")));
        assertThat(asked).containsExactly("revoked");
        assertRefused(Refusal.QUOTA_EXCEEDED, AccessRule.decide(across("", "", "plan"), recording(asked, "quota")));
        assertThat(asked).containsExactly("revoked", "revoked", "quota");
        assertRefused(Refusal.CROSS_TENANT, AccessRule.decide(across("", "", "plan"), recording(asked, "")));
    }

    @ParameterizedTest(name = "case_64: offer ''{0}'', acceptance ''{1}'', skill {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "offer              | accept             | plan     | yes",
                "offer              | accept             | code     | no: not accepted",
                "offer              | accept             | Plan     | no: not this skill",
                // Case 68: a letter of another alphabet that looks the same.
                "offer              | accept             | pl\u0430n     | no: another skill",
                "offer              | accept             | ''       | no: no skill",
                "offer              | none               | plan     | no: export without import",
                "none               | accept             | plan     | no: import without export",
                "offer-expired      | accept             | plan     | no: expired",
                "offer-future       | accept             | plan     | no: not yet",
                "offer              | accept-expired     | plan     | no: expired",
                "offer-other        | accept             | plan     | no: wrong importer",
                "offer              | accept-other-id    | plan     | no: another grant",
                "offer              | accept-other-from  | plan     | no: another exporter",
            })
    void nothingCrossesUnlessBothAgreed(String offer, String acceptance, String skill, String expected) {
        Verdict verdict = AccessRule.decide(across(importer(acceptance), exporter(offer), skill), Checks.NONE);

        if (expected.equals("yes")) {
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Allowed.class,
                            allowed -> assertThat(allowed.grant()).isPresent());
        } else {
            assertRefused(Refusal.CROSS_TENANT, verdict);
        }
    }

    @Test
    void case_64_aWildcardCannotEvenBeWritten() {
        for (String wrong : List.of("to: '*', skills: [plan]", "to: acme, skills: ['*']", "to: acme, skills: []")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> policy("globex", "grants: {offers: [{id: g, until: 2100-01-01, " + wrong + "}]}"))
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void case_65_aTaskThatCameFromAnotherTenantCrossesNoMore() {
        Access own = across(importer("accept"), exporter("offer"), "plan");
        Access handedOn =
                new Access(own.caller(), own.destination(), own.mode(), Origin.FROM_ANOTHER_TENANT, 1, Set.of(), NOW);

        assertRefused(Refusal.CROSS_TENANT, AccessRule.decide(handedOn, Checks.NONE));
    }

    @Test
    void modesAndSizesOfAGrantHold() {
        Party importer = party("acme", importer("accept"));
        Party exporter = party("globex", exporter("offer-narrow"));

        assertAllowed(decide(importer, exporter, Mode.REQUEST, 100));
        assertRefused(Refusal.CROSS_TENANT, decide(importer, exporter, Mode.STREAM, 100));
        assertRefused(Refusal.CROSS_TENANT, decide(importer, exporter, Mode.REQUEST, 101));
    }

    @Test
    void aSuspendedExporterGrantsNothing() {
        Party importer = party("acme", importer("accept"));
        Party exporter = new Party(policy("globex", exporter("offer")), Activity.INACTIVE);

        assertRefused(Refusal.CROSS_TENANT, decide(importer, exporter, Mode.REQUEST, 1));
    }

    @Test
    void aPolicyThatCannotBeReadClosesEverything() {
        Party unreadable = new Party(TenantPolicy.unreadable(new TenantId("acme"), 1), Activity.ACTIVE);
        Party exporter = party("globex", exporter("offer"));

        assertRefused(Refusal.UNAVAILABLE, decide(unreadable, exporter, Mode.REQUEST, 1));
        assertRefused(
                Refusal.CROSS_TENANT,
                decide(
                        party("acme", importer("accept")),
                        new Party(TenantPolicy.unreadable(new TenantId("globex"), 1), Activity.ACTIVE),
                        Mode.REQUEST,
                        1));
    }

    @ParameterizedTest(name = "tag {0} to {1} in {2}: {3}")
    @CsvSource({
        "secret, acme,   eu, yes",
        "secret, globex, eu, no",
        "local,  acme,   eu, yes",
        "local,  acme,   us, no",
        "local,  globex, eu, yes",
        "local, globex, us, no",
        "local,  globex, '', no",
        "medical, acme,  eu, no",
        "unheard, acme,  eu, yes",
        "unheard, globex, eu, no",
        "trial,  globex, eu, yes",
    })
    void dataTagsKeepDataWhereItMayBe(String tag, String tenant, String region, String expected) {
        String tags = "region: eu\ndata-tags: [{tag: secret, stays-in: tenant}, {tag: local, stays-in: region},"
                + " {tag: medical, clearance: true, cleared: [doctor, 'nurse#read']},"
                + " {tag: trial, stays-in: tenant, dry-run: true}]\n";
        Party caller = party("acme", tags + importer("accept"));
        Party other = tenant.equals("acme") ? caller : party(tenant, exporter("offer"));
        Verdict verdict = AccessRule.decide(
                access(caller, other, "agent", region.isEmpty() ? Optional.empty() : Optional.of(region), tag),
                Checks.NONE);

        if (expected.equals("yes")) {
            assertAllowed(verdict);
        } else {
            assertRefused(Refusal.DATA_TAG, verdict);
        }
        assertThat(verdict.trials()).hasSize(tag.equals("trial") ? 1 : 0);
    }

    @Test
    void onlyTheDocumentClearsAgents() {
        Party acme = party(
                "acme", "data-tags: [{tag: medical, clearance: true, cleared: [doctor, 'nurse#plan', 'lab#other']}]");

        assertAllowed(AccessRule.decide(access(acme, acme, "doctor", Optional.empty(), "medical"), Checks.NONE));
        assertAllowed(AccessRule.decide(access(acme, acme, "nurse", Optional.empty(), "medical"), Checks.NONE));
        assertRefused(
                Refusal.DATA_TAG,
                AccessRule.decide(access(acme, acme, "lab", Optional.empty(), "medical"), Checks.NONE));
    }

    @Test
    void theGrantsMasksComeInOrderTheImportersFirst() {
        String profiles = "masking: {profiles: [{name: m}]}\n";
        Party importer = party("acme", profiles + ACCEPT.formatted(", masking: m"));
        Party exporter = party("globex", profiles + OFFER.formatted(", masking: m"));

        assertThat(decide(importer, exporter, Mode.REQUEST, 1))
                .isInstanceOfSatisfying(
                        Allowed.class,
                        allowed -> assertThat(allowed.masks())
                                .extracting(mask -> mask.owner().tenant().value())
                                .containsExactly("acme", "globex"));
    }

    private static String exporter(String offer) {
        switch (offer) {
            case "offer":
                return OFFER.formatted("");
            case "offer-expired":
                return OFFER.formatted("").replace("2100-01-01", "2020-01-01");
            case "offer-future":
                return OFFER.formatted(", from: 2090-01-01");
            case "offer-other":
                return OFFER.formatted("").replace("to: acme", "to: acme-2");
            case "offer-narrow":
                return OFFER.formatted(", modes: request, payload-bytes: 100");
            default:
                return "";
        }
    }

    private static String importer(String acceptance) {
        switch (acceptance) {
            case "accept":
                return ACCEPT.formatted("");
            case "accept-expired":
                return ACCEPT.formatted(", until: 2020-01-01");
            case "accept-other-id":
                return ACCEPT.formatted("").replace("id: g", "id: h");
            case "accept-other-from":
                return ACCEPT.formatted("").replace("from: globex", "from: globex-2");
            default:
                return "";
        }
    }

    private static Access own(Activity activity) {
        Party party = new Party(policy("acme", ""), activity);
        return new Access(party, Optional.empty(), Mode.REQUEST, Origin.OWN, 1, Set.of(), NOW);
    }

    private static Access across(String importer, String exporter, String skill) {
        Destination destination = new Destination(
                party("globex", exporter), AgentRef.of("globex", "a"), Optional.of(skill), Optional.empty());
        return new Access(
                party("acme", importer), Optional.of(destination), Mode.REQUEST, Origin.OWN, 1, Set.of(), NOW);
    }

    private static Access access(Party caller, Party other, String agent, Optional<String> region, String tag) {
        AgentRef ref = AgentRef.of(other.tenant().value(), agent);
        return new Access(
                caller,
                Optional.of(new Destination(other, ref, Optional.of("plan"), region)),
                Mode.REQUEST,
                Origin.OWN,
                1,
                Set.of(tag),
                NOW);
    }

    private static Verdict decide(Party importer, Party exporter, Mode mode, long bytes) {
        AgentRef agent = AgentRef.of(exporter.tenant().value(), "a");
        Destination destination = new Destination(exporter, agent, Optional.of("plan"), Optional.empty());
        return AccessRule.decide(
                new Access(importer, Optional.of(destination), mode, Origin.OWN, bytes, Set.of(), NOW), Checks.NONE);
    }

    private static Party party(String tenant, String yaml) {
        return new Party(policy(tenant, yaml), Activity.ACTIVE);
    }

    private static TenantPolicy policy(String tenant, String yaml) {
        return FixedPolicies.policy(tenant, yaml);
    }

    private static Checks recording(List<String> asked, String refuses) {
        return new Checks() {
            @Override
            public Optional<Denied> revoked() {
                asked.add("revoked");
                return refuses.equals("revoked")
                        ? Optional.of(Denied.of(Refusal.UNAUTHENTICATED, "revoked"))
                        : Optional.empty();
            }

            @Override
            public Optional<Denied> overQuota() {
                asked.add("quota");
                return refuses.equals("quota")
                        ? Optional.of(Denied.of(Refusal.QUOTA_EXCEEDED, "quota"))
                        : Optional.empty();
            }
        };
    }

    private static void assertAllowed(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Allowed.class);
    }

    private static void assertRefused(Refusal refusal, Verdict verdict) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Denied.class, denied -> assertThat(denied.refusal()).isEqualTo(refusal));
    }
}
