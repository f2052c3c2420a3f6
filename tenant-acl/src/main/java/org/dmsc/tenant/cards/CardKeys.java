package org.dmsc.tenant.cards;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.DetachedJws;
import org.dmsc.tenant.token.SignatureCheck;
import org.dmsc.tenant.token.SigningAlgorithm;

/**
 * Public keys that a tenant believes when they signed a card (A2A 8.4), by key id. Immutable. Of a signature's header only {@code alg} and {@code kid}
 * are read: {@code jku}, {@code jwk} and {@code x5u} say what whoever made the card would like to be believed.
 *
 * @param keys by key id
 */
public record CardKeys(Map<String, JWK> keys) {

    /** No key. */
    public static final CardKeys NONE = new CardKeys(Map.of());

    private static final int MOST_KEYS = 64;
    private static final int LONGEST_ID = 256;

    public CardKeys {
        keys = Map.copyOf(keys);
    }

    /**
     * The keys of a document.
     *
     * @param jwks each a JWK (RFC 7517) as JSON
     * @throws RefusedException INVALID_CONFIGURATION for one that is private, has no id or another's, or cannot verify a signature
     */
    public static CardKeys of(List<String> jwks) {
        if (jwks.size() > MOST_KEYS) {
            throw refused("are " + jwks.size() + " (expected at most " + MOST_KEYS + ")");
        }
        Map<String, JWK> keys = new HashMap<>();
        for (String json : jwks) {
            JWK key = key(json);
            if (keys.putIfAbsent(key.getKeyID(), key) != null) {
                throw refused("'" + Printable.of(key.getKeyID()) + "' is there twice (expected each kid once)");
            }
        }
        return new CardKeys(keys);
    }

    private static JWK key(String json) {
        JWK key;
        try {
            key = JWK.parse(json);
        } catch (ParseException | RuntimeException e) {
            throw refused("one is no JWK (expected kty, kid and the members of a public key, as in RFC 7517)");
        }
        String id = key.getKeyID();
        if (id == null || id.isBlank() || id.length() > LONGEST_ID) {
            throw refused("one has no kid (expected 1 to " + LONGEST_ID + " characters)");
        }
        if (key.isPrivate()) {
            throw refused(
                    "'" + Printable.of(id) + "' is private or symmetric (expected the public half alone; it is known"
                            + " now, so make another)");
        }
        if (!SignatureCheck.isUsable(key)) {
            throw refused("'" + Printable.of(id)
                    + "' cannot be used (expected EC P-256, OKP Ed25519 or RSA of 2048 bits and more, for signatures)");
        }
        return key;
    }

    /**
     * The id of the key that signed; empty when none of these did, or the key has expired or was revoked since.
     *
     * @param payload in the form that was signed
     */
    public Optional<String> signer(byte[] payload, DetachedJws.Signature given, Instant now) {
        try {
            JWSHeader header = JWSHeader.parse(new Base64URL(given.protectedHeader()));
            JWK key = header.getKeyID() == null ? null : keys.get(header.getKeyID());
            if (key == null || !stands(key, now) || hasCriticalParameters(header)) {
                return Optional.empty();
            }
            Optional<SigningAlgorithm> algorithm = algorithm(header, key);
            byte[] input =
                    (given.protectedHeader() + "." + Base64URL.encode(payload)).getBytes(StandardCharsets.US_ASCII);
            return algorithm.isPresent()
                            && SignatureCheck.holds(
                                    new SignatureCheck.Signed(header, input, new Base64URL(given.signature())),
                                    algorithm.get(),
                                    key)
                    ? Optional.of(key.getKeyID())
                    : Optional.empty();
        } catch (ParseException | JOSEException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Whether the key with this id counts at this time. */
    public boolean stands(String keyId, Instant now) {
        return Optional.ofNullable(keys.get(keyId))
                .filter(key -> stands(key, now))
                .isPresent();
    }

    /** The ids, for people. */
    public List<String> ids() {
        return keys.keySet().stream().sorted().toList();
    }

    private static boolean stands(JWK key, Instant now) {
        Date from = key.getNotBeforeTime();
        Date until = key.getExpirationTime();
        return key.getKeyRevocation() == null
                && (from == null || !now.isBefore(from.toInstant()))
                && (until == null || now.isBefore(until.toInstant()));
    }

    /** Nothing critical is understood here, and what is not understood must not pass (RFC 7515, 4.1.11). */
    private static boolean hasCriticalParameters(JWSHeader header) {
        return header.getCriticalParams() != null && !header.getCriticalParams().isEmpty();
    }

    /** What the header names; PKCS#1 v1.5 only where the key's own {@code alg} says so. */
    private static Optional<SigningAlgorithm> algorithm(JWSHeader header, JWK key) {
        return SigningAlgorithm.find(header.getAlgorithm().getName())
                .filter(named -> named != SigningAlgorithm.RS256 || key.getAlgorithm() != null);
    }

    private static RefusedException refused(String why) {
        return new RefusedException(Refusal.INVALID_CONFIGURATION, "keys: " + why);
    }
}
