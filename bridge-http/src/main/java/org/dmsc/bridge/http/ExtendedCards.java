package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.a2a.PublishedCards;
import org.dmsc.bridge.http.a2a.Asking;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;

/**
 * The card that an authenticated caller gets: an agent's at its own address; at the gateway's the gateway's, with the skills of all agents
 * that this caller may use, each named {@code <tenant>/<agent>/<skill>}.
 */
final class ExtendedCards {

    /** So that a card stays one that clients can hold; who has more searches /v1/agents. */
    private static final int MOST_SKILLS = 500;

    private final VisibleAgents visible;
    private final EdgeSettings settings;
    private final CardSeal seal;

    ExtendedCards(HttpEdgeParts parts, CardSeal seal) {
        this.seal = seal;
        this.visible = new VisibleAgents(parts);
        this.settings = parts.settings();
    }

    /** @throws RefusedException AGENT_UNKNOWN, CROSS_TENANT for an agent that is not there for this caller */
    ObjectNode of(Asking asking) {
        TenantId viewer = asking.caller().tenant();
        ObjectNode card = asking.addressed()
                .map(agent -> ofAgent(asking, viewer, agent))
                .orElseGet(() -> ofGateway(asking, viewer));
        return seal.signed(card, asking.baseUrl());
    }

    private ObjectNode ofAgent(Asking asking, TenantId viewer, AgentRef agent) {
        AgentSnapshot found = visible.find(viewer, agent)
                .orElseThrow(() -> agent.tenant().equals(viewer)
                        ? new RefusedException(Refusal.AGENT_UNKNOWN, "agent " + agent + ": is not registered")
                        : new RefusedException(
                                Refusal.CROSS_TENANT, "agent " + agent + ": no grant lets " + viewer + " use it"));
        return PublishedCards.at(found, AgentJson.url(found, asking.baseUrl(), viewer));
    }

    private ObjectNode ofGateway(Asking asking, TenantId viewer) {
        ObjectNode card = PublishedCards.gateway(asking.baseUrl(), settings.version());
        ArrayNode skills = (ArrayNode) card.get("skills");
        visible.all(viewer).stream()
                .flatMap(agent -> PublishedCards.skills(agent).stream())
                .limit(MOST_SKILLS)
                .forEach(skills::add);
        return card;
    }
}
