package org.dmsc.tenant.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * The keys of an outside issuer, as last fetched. A value: each fetch makes another one.
 *
 * <pre>
 *   unknown ──fetched──▶ known ──older than 5 min──▶ fetched again; while that fails: known, for 4 h at most
 *      │                   └──key id not among them──▶ fetched again, once a minute at most
 *      └──failed──▶ unknown, tried again after a minute
 * </pre>
 *
 * @param keys by key id; only such as can verify one of {@link SigningAlgorithm}
 * @param fetchedAt when they were; the epoch when never
 * @param triedAt when that was last tried
 */
record KeySet(Map<String, JWK> keys, Instant fetchedAt, Instant triedAt) {

    static final Duration FRESH = Duration.ofMinutes(5);
    static final Duration BETWEEN_TRIES = Duration.ofMinutes(1);
    static final Duration OUTAGE = Duration.ofHours(4);
    private static final int MOST_KEYS = 100;

    static final KeySet UNKNOWN = new KeySet(Map.of(), Instant.EPOCH, Instant.EPOCH);

    KeySet {
        keys = Map.copyOf(keys);
    }

    boolean isKnown(Instant now) {
        return fetchedAt.isAfter(now.minus(OUTAGE));
    }

    /** Whether it is time to fetch, though nobody misses a key. */
    boolean isDue(Instant now) {
        return !fetchedAt.isAfter(now.minus(FRESH)) && mayTry(now);
    }

    /** Key ids are chosen by whoever sends a token: they make us fetch once a minute, no more. */
    boolean mayTry(Instant now) {
        return !triedAt.isAfter(now.minus(BETWEEN_TRIES));
    }

    KeySet tried(Instant now) {
        return new KeySet(keys, fetchedAt, now);
    }

    Optional<JWK> find(String keyId) {
        return Optional.ofNullable(keys.get(keyId));
    }

    /**
     * Reads a JWK set (RFC 7517 5). Keys of kinds that are not used here are left out, as it demands.
     *
     * @throws RefusedException FETCH_FAILED when it is none, or has no key that can be used
     */
    static KeySet parse(byte[] json, Instant now) {
        Map<String, JWK> usable = new HashMap<>();
        try {
            for (JWK key :
                    JWKSet.parse(new String(json, StandardCharsets.UTF_8)).getKeys()) {
                if (key.getKeyID() != null
                        && SignatureCheck.isUsable(key)
                        && usable.putIfAbsent(key.getKeyID(), key.toPublicJWK()) != null) {
                    throw refused("has two keys of one id");
                }
            }
        } catch (ParseException | RuntimeException e) {
            throw e instanceof RefusedException known ? known : refused("is no JWK set");
        }
        if (usable.isEmpty() || usable.size() > MOST_KEYS) {
            throw refused("has " + usable.size() + " keys that can be used");
        }
        return new KeySet(usable, now, now);
    }

    private static RefusedException refused(String why) {
        return new RefusedException(
                Refusal.FETCH_FAILED,
                "jwks: " + why + " (expected {\"keys\":[…]} with 1 to " + MOST_KEYS
                        + " public signing keys, each with a kid)");
    }
}
