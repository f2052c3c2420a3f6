package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.lf.a2a.v1.AgentCard;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.Jcs;
import org.dmsc.bridge.http.grpc.ProtoJson;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.DetachedJws;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;

/**
 * Signatures of cards (A2A 8.4): JWS over the canonical form (RFC 8785) of what A2A 1.0 knows of a card, without its signatures. The gateway signs
 * what it publishes with its own certificate's key; agents may sign what they register with theirs. Thread-safe.
 */
final class CardSeal {

    /** Where this gateway's key is. */
    static final String KEYS = "/.well-known/card-keys.json";

    private static final String SIGNATURES = "signatures";
    private static final int MOST_SIGNATURES = 8;
    private static final long MOST_KEPT = 10_000;

    private final Supplier<IssuedIdentity> identity;
    private final PeerValidator peers;
    private final FabricDomain domain;
    /** A card that did not change keeps its signature, and with it its ETag. */
    private final Cache<String, DetachedJws.Signature> made =
            Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

    CardSeal(HttpEdgeParts parts) {
        this.identity = parts.identity();
        this.peers = parts.peers();
        this.domain = parts.settings().domain();
    }

    /** The card with the gateway's signature. */
    ObjectNode signed(ObjectNode card, String baseUrl) {
        IssuedIdentity signer = identity.get();
        byte[] payload = canonical(card);
        String keySet = baseUrl + KEYS;
        DetachedJws.Signature signature = made.get(
                DetachedJws.keyId(signer.leaf()) + " " + keySet + " " + hash(payload),
                same -> DetachedJws.sign(payload, signer, keySet));
        ObjectNode sealed = card.deepCopy();
        sealed.putArray(SIGNATURES)
                .addObject()
                .put("protected", signature.protectedHeader())
                .put("signature", signature.signature());
        return sealed;
    }

    /** This gateway's key as a JWK Set. */
    String keySet() {
        return DetachedJws.keySet(identity.get());
    }

    /**
     * Looks at the signatures of a card that is registered.
     *
     * @throws RefusedException CARD_NOT_VERIFIED when it has some, and none is by the agent's own certificate over this card
     */
    void require(ObjectNode card, AgentRef agent) {
        JsonNode signatures = card.path(SIGNATURES);
        if (signatures.isEmpty()) {
            return;
        }
        SpiffeId itself = SpiffeId.agent(domain, agent);
        List<byte[]> forms = List.of(canonical(card), Jcs.canonical(without(card)));
        for (int i = 0; i < Math.min(MOST_SIGNATURES, signatures.size()); i++) {
            DetachedJws.Signature given = new DetachedJws.Signature(
                    signatures.get(i).path("protected").asText(),
                    signatures.get(i).path("signature").asText());
            boolean good = forms.stream()
                    .anyMatch(form -> DetachedJws.verify(form, given, peers)
                            .filter(itself::equals)
                            .isPresent());
            if (good) {
                return;
            }
        }
        throw new RefusedException(
                Refusal.CARD_NOT_VERIFIED,
                "card.signatures: none is by agent " + agent
                        + " over this card (expected ES256 by its own certificate, which stands in x5c, or no signatures)");
    }

    private static byte[] canonical(ObjectNode card) {
        ObjectNode known =
                ProtoJson.json(ProtoJson.message(A2aJson.bytes(without(card)), AgentCard.getDefaultInstance()));
        // Required members are there also when they are empty, which protobuf cannot tell from absent.
        for (String name : List.of("name", "description", "version")) {
            if (!known.has(name)) {
                known.put(name, "");
            }
        }
        return Jcs.canonical(known);
    }

    private static ObjectNode without(ObjectNode card) {
        ObjectNode bare = card.deepCopy();
        bare.remove(SIGNATURES);
        return bare;
    }

    private static String hash(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
