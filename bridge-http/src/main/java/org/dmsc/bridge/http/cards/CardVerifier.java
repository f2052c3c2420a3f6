package org.dmsc.bridge.http.cards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.cards.CardCheck;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.DetachedJws;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.CardRules;
import org.dmsc.tenant.rules.CardRules.Demand;
import org.dmsc.tenant.rules.CardRules.Signers;
import org.dmsc.tenant.rules.TenantPolicy;
import org.dmsc.tenant.rules.TenantPolicy.Standing;

/**
 * {@link CardCheck} by the agent's own certificate and by the keys in its tenant's document.
 *
 * <pre>
 *   no signature ─▶ demanded? ─▶ CARD_NOT_SIGNED : fine
 *   signatures   ─▶ the first of: own certificate, unless keys only; a key of the tenant by kid ─▶ none: CARD_NOT_VERIFIED
 * </pre>
 */
public final class CardVerifier implements CardCheck {

    private static final int MOST_SIGNATURES = 8;
    private static final String KEY = "key:";

    private final PeerValidator peers;
    private final Policies policies;
    private final FabricDomain domain;
    private final Clock clock;

    public CardVerifier(PeerValidator peers, Policies policies, FabricDomain domain, Clock clock) {
        this.peers = peers;
        this.policies = policies;
        this.domain = domain;
        this.clock = clock;
    }

    @Override
    public Optional<String> signer(ObjectNode card, AgentRef agent) {
        TenantPolicy policy = policies.of(agent.tenant());
        if (policy.standing() != Standing.READ) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "cards: the document of tenant " + agent.tenant()
                            + " cannot be opened here (expected its rules for cards; is its key gone?)");
        }
        CardRules rules = policy.cards();
        JsonNode signatures = card.path(CardForms.SIGNATURES);
        if (signatures.isEmpty()) {
            if (rules.demand() == Demand.SIGNATURE) {
                throw new RefusedException(
                        Refusal.CARD_NOT_SIGNED,
                        "card.signatures: has none (expected one " + expected(rules) + ": tenant " + agent.tenant()
                                + " demands it)");
            }
            return Optional.empty();
        }
        List<byte[]> forms = CardForms.signable(card);
        for (int i = 0; i < Math.min(MOST_SIGNATURES, signatures.size()); i++) {
            DetachedJws.Signature given = new DetachedJws.Signature(
                    signatures.path(i).path("protected").asText(),
                    signatures.path(i).path("signature").asText());
            Optional<String> signer = forms.stream()
                    .flatMap(form -> signer(form, given, agent, rules).stream())
                    .findFirst();
            if (signer.isPresent()) {
                return signer;
            }
        }
        throw new RefusedException(
                Refusal.CARD_NOT_VERIFIED,
                "card.signatures: none is over this card and by whoever may sign it (expected one " + expected(rules)
                        + ", of agent " + agent + ")");
    }

    @Override
    public boolean stands(AgentRef agent, String signer) {
        TenantPolicy policy = policies.of(agent.tenant());
        // What cannot be read now is no reason to let anybody go.
        return policy.standing() != Standing.READ
                || (signer.startsWith(KEY)
                        ? policy.cards().keys().stands(signer.substring(KEY.length()), clock.instant())
                        : policy.cards().signers() == Signers.AGENT_OR_KEYS);
    }

    private Optional<String> signer(byte[] form, DetachedJws.Signature given, AgentRef agent, CardRules rules) {
        boolean own = rules.signers() == Signers.AGENT_OR_KEYS
                && DetachedJws.verify(form, given, peers)
                        .filter(SpiffeId.agent(domain, agent)::equals)
                        .isPresent();
        return own
                ? Optional.of(OWN_CERTIFICATE)
                : rules.keys().signer(form, given, clock.instant()).map(KEY::concat);
    }

    private static String expected(CardRules rules) {
        String keys = rules.keys().ids().isEmpty()
                ? ""
                : "by one of the tenant's keys " + rules.keys().ids();
        if (rules.signers() == Signers.KEYS) {
            return keys;
        }
        return "ES256 by its own certificate, which stands in x5c" + (keys.isEmpty() ? "" : ", or " + keys);
    }
}
