package org.dmsc.bridge.core.cards;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;

/**
 * Looks at the signatures of a card before it is registered (A2A 8.4). Thread-safe, never blocks: answers from memory, and fetches nothing that a
 * card names.
 */
@FunctionalInterface
public interface CardCheck {

    /** What a signature of the agent's own certificate is called in {@link #signer}; a key is called by its id, which has a prefix. */
    String OWN_CERTIFICATE = "certificate";

    /**
     * Who signed: {@link #OWN_CERTIFICATE}, {@code key:<kid>}, or empty when nobody did and nobody has to.
     *
     * @throws org.dmsc.schemas.RefusedException CARD_NOT_VERIFIED when the card has signatures and none of them is by somebody who may sign it,
     *     over this card; CARD_NOT_SIGNED when it has none and its tenant demands one; UNAVAILABLE when the tenant's rules cannot be read
     */
    Optional<String> signer(ObjectNode card, AgentRef agent);

    /**
     * Whether whoever signed a card earlier may sign it now: keys are taken out of documents, and expire. An agent's certificate is renewed all the
     * time, so that of an earlier signature need not stand any more.
     *
     * @param signer as {@link #signer} named it
     */
    default boolean stands(AgentRef agent, String signer) {
        return true;
    }
}
