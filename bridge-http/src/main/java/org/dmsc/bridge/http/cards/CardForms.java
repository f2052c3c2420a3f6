package org.dmsc.bridge.http.cards;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.lf.a2a.v1.AgentCard;
import java.util.List;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Jcs;
import org.dmsc.bridge.http.grpc.ProtoJson;
import org.dmsc.schemas.RefusedException;

/** The bytes that a card's signature is over (RFC 8785). Pure. */
public final class CardForms {

    /** The member that no signature covers. */
    public static final String SIGNATURES = "signatures";

    private static final List<String> REQUIRED = List.of("name", "description", "version");

    private CardForms() {}

    /** What A2A 1.0 knows of the card, without its signatures. */
    public static byte[] canonical(ObjectNode card) {
        ObjectNode known =
                ProtoJson.json(ProtoJson.message(A2aJson.bytes(without(card)), AgentCard.getDefaultInstance()));
        // Required members are there also when they are empty, which protobuf cannot tell from absent.
        for (String name : REQUIRED) {
            if (!known.has(name)) {
                known.put(name, "");
            }
        }
        return Jcs.canonical(known);
    }

    /**
     * What may have been signed: the card as it is; and what 1.0 knows of it, if that holds where the agent is. A card of 0.3 says that in members
     * that 1.0 does not know, so a signature over the rest would let anybody send its tasks elsewhere.
     */
    static List<byte[]> signable(ObjectNode card) {
        byte[] whole = Jcs.canonical(without(card));
        if (card.path("supportedInterfaces").isEmpty()) {
            return List.of(whole);
        }
        try {
            return List.of(canonical(card), whole);
        } catch (RefusedException e) {
            return List.of(whole);
        }
    }

    private static ObjectNode without(ObjectNode card) {
        ObjectNode bare = card.deepCopy();
        bare.remove(SIGNATURES);
        return bare;
    }
}
