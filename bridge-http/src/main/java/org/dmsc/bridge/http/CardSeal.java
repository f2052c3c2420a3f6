package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.dmsc.bridge.http.cards.CardForms;
import org.dmsc.tenant.pki.DetachedJws;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * Signs what the gateway publishes (A2A 8.4), with its own certificate's key: JWS over the canonical form (RFC 8785) of what A2A 1.0 knows of a card,
 * without its signatures. Thread-safe.
 */
final class CardSeal {

    /** Where this gateway's key is. */
    static final String KEYS = "/.well-known/card-keys.json";

    private static final long MOST_KEPT = 10_000;

    private final Supplier<IssuedIdentity> identity;
    /** A card that did not change keeps its signature, and with it its ETag. */
    private final Cache<String, DetachedJws.Signature> made =
            Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

    CardSeal(HttpEdgeParts parts) {
        this.identity = parts.identity();
    }

    /** The card with the gateway's signature. */
    ObjectNode signed(ObjectNode card, String baseUrl) {
        IssuedIdentity signer = identity.get();
        byte[] payload = CardForms.canonical(card);
        String keySet = baseUrl + KEYS;
        DetachedJws.Signature signature = made.get(
                DetachedJws.keyId(signer.leaf()) + " " + keySet + " " + hash(payload),
                same -> DetachedJws.sign(payload, signer, keySet));
        ObjectNode sealed = card.deepCopy();
        sealed.putArray(CardForms.SIGNATURES)
                .addObject()
                .put("protected", signature.protectedHeader())
                .put("signature", signature.signature());
        return sealed;
    }

    /** This gateway's key as a JWK Set. */
    String keySet() {
        return DetachedJws.keySet(identity.get());
    }

    private static String hash(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
