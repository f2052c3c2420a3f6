package org.dmsc.tenant.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.rules.Ambiguity;
import org.dmsc.tenant.rules.CardRules;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.TenantPolicy;
import org.dmsc.tenant.testing.FixedPolicies;
import org.junit.jupiter.api.Test;

final class PolicyReaderTest {

    private static final String WHOLE = """
            display-name: Acme Corporation
            region: eu-west
            administrators: [ops]
            limits: {body-bytes: 1_048_576, task-deadline: 5m, attempt-timeout: 30s, attempts: 3, hops: 4}
            quotas:
              requests-per-second: 200
              burst: 400
              agent: {requests-per-second: 20}
              connections: 100
              in-flight-tasks: 1000
              bytes-per-second: 10485760
              subscriptions: 50
              agents: 20
              dry-run: true
            issuers:
              - issuer: https://login.acme.example
                jwks-url: https://login.acme.example/jwks
                algorithms: [ES256, RS256]
                audience: fabric
                subject-claim: client_id
            grants:
              offers:
                - {id: tr, to: globex, skills: [translate], modes: [request], until: 2100-01-01, masking: outside, payload-bytes: 65536}
              acceptances:
                - {id: pl, from: initech, skills: [plan]}
            masking:
              ingress: house
              profiles:
                - name: house
                  fields: [{path: $..email, action: pseudonymise}]
                  patterns: [{name: iban, pattern: '[A-Z]{2}\\d{2}[A-Z0-9]{11,30}', action: redact}]
                - {name: outside, other-fields: withhold, fields: [{path: $.order.total, action: generalise}]}
            data-tags:
              - {tag: pii, stays-in: [tenant, region], cleared: [records, 'globex/store#keep'], dry-run: true}
            network: {sources: [10.0.0.0/8, 2001:db8::/32, 192.0.2.7], agent-hosts: ['*.acme.example', 10.1.0.0/16]}
            """;

    @Test
    void readsAllOfIt() throws Exception {
        ReadDocument read = PolicyReader.read(new TenantId("acme"), FixedPolicies.document("acme", WHOLE), 7);
        TenantPolicy policy = read.policy();

        assertThat(read.displayName()).contains("Acme Corporation");
        assertThat(read.limits().getTaskDeadlineMs()).isEqualTo(300_000);
        assertThat(read.limits().getMaxAgents()).isEqualTo(20);
        assertThat(policy.generation()).isEqualTo(7);
        assertThat(policy.administrators()).containsExactly(new AgentId("ops"));
        assertThat(policy.quotas().tenant().burst()).isEqualTo(400);
        assertThat(policy.quotas().agent().burst()).isEqualTo(20);
        assertThat(policy.quotas().enforcement()).isEqualTo(Enforcement.DRY_RUN);
        assertThat(policy.issuers()).hasSize(1);
        assertThat(policy.offers())
                .extracting(offer -> offer.importer().value())
                .containsExactly("globex");
        assertThat(policy.acceptances()).extracting(one -> one.notAfter()).containsExactly(Long.MAX_VALUE);
        assertThat(policy.masking().ingress()).isPresent();
        assertThat(policy.dataTags()).containsOnlyKeys("pii");
        assertThat(policy.network().admitsSource(Optional.of(InetAddress.getByName("10.9.9.9"))))
                .isTrue();
        assertThat(policy.network().admitsSource(Optional.of(InetAddress.getByName("192.0.2.8"))))
                .isFalse();
        assertThat(policy.network().admitsSource(Optional.empty())).isFalse();
        assertThat(policy.network().admitsHost("a.acme.example")).isTrue();
        assertThat(policy.network().admitsHost("acme.example")).isFalse();
        assertThat(policy.network().admitsHost("evilacme.example")).isFalse();
        assertThat(policy.network().admitsHost("10.1.2.3")).isTrue();
        assertThat(policy.network().admitsHost("[::1]")).isFalse();
    }

    @Test
    void anEmptyDocumentLimitsNothingAndGrantsNothing() {
        TenantPolicy policy = FixedPolicies.policy("acme", "");

        assertThat(policy).isEqualTo(TenantPolicy.none(new TenantId("acme"), 1));
        assertThat(policy.quotas()).isEqualTo(Quotas.NONE);
    }

    @Test
    void namesEveryFaultAtOnceWithItsKeyAndWhatWasExpected() {
        assertThatThrownBy(() -> PolicyReader.read(new TenantId("acme"), FixedPolicies.document("globex", """
                                colour: red
                                quotas: {burst: 5, connections: many}
                                limits: {task-deadline: soon}
                                issuers: [{issuer: x, jwks-url: 'http://x/', audience: a, algorithms: [HS256]}]
                                grants:
                                  offers:
                                    - {id: g, to: acme, skills: ['*'], until: tomorrow, masking: nobody}
                                masking: {ingress: none, profiles: [{name: p, patterns: [{name: x, pattern: '(', action: burn}]}]}
                                data-tags: [{tag: t, stays-in: [house]}]
                                network: {sources: [10.0.0.1/8, 999.1.1.1], agent-hosts: ['http://x']}
                                """), 1))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("tenant: 'globex' (expected 'acme'")
                .hasMessageContaining("colour: unknown key")
                .hasMessageContaining("quotas.burst: 5 without requests-per-second")
                .hasMessageContaining("quotas.connections: 'many' (expected a whole number")
                .hasMessageContaining("limits.task-deadline: 'soon'")
                .hasMessageContaining("issuers[0].jwks-url")
                .hasMessageContaining("issuers[0].algorithms")
                .hasMessageContaining("grants.offers[0].to: 'acme' is this tenant itself")
                .hasMessageContaining("grants.offers[0].skills: '*'")
                .hasMessageContaining("grants.offers[0].until: 'tomorrow'")
                .hasMessageContaining("grants.offers[0].masking: 'nobody'")
                .hasMessageContaining("masking.profiles[0].patterns[0].pattern: '('")
                .hasMessageContaining("masking.profiles[0].patterns[0].action: 'burn'")
                .hasMessageContaining("masking.ingress: 'none'")
                .hasMessageContaining("data-tags[0].stays-in")
                .hasMessageContaining("network.sources: '10.0.0.1/8'")
                .hasMessageContaining("network.sources: '999.1.1.1'")
                .hasMessageContaining("network.agent-hosts: 'http://x'");
    }

    @Test
    void readsWhatAnAmbiguousRequestComesTo() {
        assertThat(FixedPolicies.policy("acme", "ambiguity: {then: ask, margin: 0.25}")
                        .ambiguity())
                .isEqualTo(new Ambiguity(Ambiguity.Answer.ASK, 0.25));
        assertThat(FixedPolicies.policy("acme", "").ambiguity()).isEqualTo(Ambiguity.USUAL);
        assertThatThrownBy(() -> FixedPolicies.policy("acme", "ambiguity: {then: guess, margin: 2, x: 1}"))
                .hasMessageContaining("ambiguity.then")
                .hasMessageContaining("ambiguity.margin")
                .hasMessageContaining("ambiguity.x");
    }

    @Test
    void takesTheKeysOfCardsOneByOneOrAsTheSetTheyArePublishedIn() {
        String key = "{kty: OKP, crv: Ed25519, kid: k1, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo}";
        CardRules listed = FixedPolicies.policy("acme", "cards: {require-signature: true, keys: [" + key + "]}")
                .cards();
        CardRules set = FixedPolicies.policy("acme", "cards: {keys-only: true, keys: {keys: [" + key + "]}}")
                .cards();

        assertThat(listed.demand()).isEqualTo(CardRules.Demand.SIGNATURE);
        assertThat(listed.signers()).isEqualTo(CardRules.Signers.AGENT_OR_KEYS);
        assertThat(listed.keys().ids()).containsExactly("k1");
        assertThat(set.demand()).isEqualTo(CardRules.Demand.NONE);
        assertThat(set.signers()).isEqualTo(CardRules.Signers.KEYS);
        assertThat(set.keys()).isEqualTo(listed.keys());
        assertThat(PolicyDiff.between(
                        FixedPolicies.document("acme", "cards: {keys: [" + key + "]}"),
                        FixedPolicies.document("acme", "cards: {keys: []}")))
                .extracting(Change::path)
                .contains("cards.keys[k1].x");
    }

    @Test
    void refusesKeysOfCardsThatAreNone() {
        for (String faulty : List.of(
                "cards: {keys: [{kty: oct, kid: s, k: AAAA}]}",
                "cards: {keys: [{kid: s}]}",
                "cards: {keys: 'https://keys.example/jwks.json'}",
                "cards: {jwks-url: 'https://keys.example/jwks.json'}",
                "cards: {keys-only: true}",
                "cards: {require-signature: perhaps}")) {
            assertThatThrownBy(() -> FixedPolicies.policy("acme", faulty))
                    .as(faulty)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("cards.");
        }
    }

    @Test
    void theExampleOfTheDocumentationIsRight() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "policy.md"));
        String example = page.substring(page.indexOf("```yaml") + "```yaml".length());

        TenantPolicy policy = FixedPolicies.policy("acme", example.substring(0, example.indexOf("```")));

        assertThat(policy.masking().profiles()).containsOnlyKeys("house", "outside");
    }

    @Test
    void saysWhatDiffersValueByValue() {
        var before = FixedPolicies.document(
                "acme", "quotas: {burst: 1}\ngrants: {offers: [{id: a, to: x}, {id: b, to: y}]}");
        var after = FixedPolicies.document("acme", "quotas: {burst: 2}\ngrants: {offers: [{id: b, to: y}]}");

        assertThat(PolicyDiff.between(before, after))
                .extracting(Change::path)
                .containsExactly("grants.offers[a].id", "grants.offers[a].to", "quotas.burst");
        assertThat(PolicyDiff.between(before, before)).isEmpty();
    }
}
