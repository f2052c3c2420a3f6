package org.dmsc.bridge.core.cards;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentHints;
import org.dmsc.bridge.core.a2a.Cards;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.tenant.fetch.Destination;

/** Makes registrations of cards that were fetched: the same for the first time and for each time after. */
public final class FetchedCards {

    private final CardCheck check;

    public FetchedCards(CardCheck check) {
        this.check = check;
    }

    /** A card that was read, and who signed it. */
    public record Read(AgentRegistration registration, Optional<String> signer) {}

    /**
     * Reads and checks; {@link CardGate} scans.
     *
     * @param place where it was fetched
     * @throws RefusedException INVALID_REQUEST, MALFORMED_JSON for what is no card, or one of another place; CARD_NOT_VERIFIED, CARD_NOT_SIGNED
     */
    public Read read(AgentRef agent, Destination place, byte[] body) {
        ObjectNode card = A2aJson.parse(body);
        AgentRegistration registration =
                Cards.registration(card, AgentChannel.A2A_HTTP, AgentHints.of(card, Optional.empty()));
        Optional<String> signer = check.signer(card, agent);
        Destination endpoint = Destination.of(registration.getUrl());
        if (!endpoint.isBeside(place)) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "card: its endpoint is at " + endpoint.authority() + " and the card at " + place.authority()
                            + " (expected the same host and port; an agent may register itself under another)");
        }
        return new Read(registration, signer);
    }
}
