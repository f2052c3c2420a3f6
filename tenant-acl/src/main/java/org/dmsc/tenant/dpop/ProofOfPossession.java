package org.dmsc.tenant.dpop;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.Possession;
import org.dmsc.tenant.token.SigningAlgorithm;
import org.dmsc.tenant.token.VerifiedToken;

/**
 * Checks that whoever shows a token has the key it is bound to (RFC 9449). One of these MUST serve all of a gateway, edges and token endpoint: it
 * knows which proofs were used here, and proofs that were made for another gateway do not have its nonces. Thread-safe, never blocks.
 *
 * <pre>
 *   read: shape ▸ time ▸ nonce ▸ signature      {@link ProofReader}, pure
 *   accept: method ▸ address ▸ first use        {@link PublicNames}, {@link UsedProofs}
 *   require: a token's key ▸ read ▸ its key ▸ its hash ▸ accept
 * </pre>
 */
public final class ProofOfPossession {

    private static final Duration ROOM_AGAIN = ProofReader.WINDOW;

    private final PublicNames names;
    private final Nonces nonces;
    private final UsedProofs used;
    private final Clock clock;

    public ProofOfPossession(PublicNames names, SecureRandom random, Clock clock) {
        this(names, random, clock, new UsedProofs(UsedProofs.MOST, UsedProofs.MOST_OF_A_TENANT));
    }

    ProofOfPossession(PublicNames names, SecureRandom random, Clock clock, UsedProofs used) {
        this.names = names;
        this.nonces = new Nonces(random);
        this.used = used;
        this.clock = clock;
    }

    /** What proofs may be signed with, as metadata and challenges say it. */
    public static List<String> algorithms() {
        return ProofReader.ALGORITHMS.stream().map(SigningAlgorithm::value).toList();
    }

    /** The nonce that this gateway expects from now on. */
    public String nonce() {
        return nonces.at(clock.instant());
    }

    /**
     * Refuses a token unless it was shown as what it is, and with a proof if it is bound to a key. To be asked last: it uses the proof up.
     *
     * @param shown present exactly when the token was shown as {@code DPoP}
     * @return another nonce for the client, when it is time for one
     * @throws RefusedException DPOP_BINDING, DPOP_INVALID, DPOP_NONCE, OVERLOADED
     */
    public Optional<String> require(VerifiedToken token, String text, Optional<Possession> shown) {
        if (shown.isEmpty()) {
            if (token.boundKey().isPresent()) {
                throw binding(
                        "is bound to a key (cnf.jkt), and nothing proves possession (expected 'Authorization: DPoP <token>'"
                                + " with a DPoP header, over HTTP or gRPC; MQTT has no such proofs)");
            }
            return Optional.empty();
        }
        String key = token.boundKey()
                .orElseThrow(() -> binding(
                        "is bound to no key (expected 'Authorization: Bearer <token>', or a token with cnf.jkt)"));
        DpopProof proof = read(shown.get());
        if (!same(key, proof.thumbprint())) {
            throw binding(
                    "is bound to another key than the one that signed the proof (expected the key it was issued for)");
        }
        if (proof.tokenHash().filter(hash -> same(hash(text), hash)).isEmpty()) {
            throw ProofReader.refused("has an ath that is not the hash of the token beside it");
        }
        accept(proof, shown.get(), token.agent().tenant());
        return proof.renew() == DpopProof.Renew.YES ? Optional.of(nonce()) : Optional.empty();
    }

    /**
     * What a proof says of itself; it is not used up.
     *
     * @throws RefusedException DPOP_INVALID, DPOP_NONCE
     */
    public DpopProof read(Possession shown) {
        return ProofReader.read(shown.proof(), nonces, clock.instant());
    }

    /**
     * Takes a proof for the request beside it, once.
     *
     * @throws RefusedException DPOP_INVALID, OVERLOADED when no more can be remembered
     */
    public void accept(DpopProof proof, Possession shown, TenantId tenant) {
        if (!proof.method().equals(shown.method())) {
            throw ProofReader.refused("has another htm than the request's method " + shown.method());
        }
        TargetUri target = TargetUri.parse(proof.target())
                .orElseThrow(() -> ProofReader.refused("has an htu that is no https URI"));
        if (!names.hold(target, tenant, shown.port()) || !target.path().equals(TargetUri.spelled(shown.path()))) {
            throw ProofReader.refused("has an htu that is not this gateway's address and the request's path");
        }
        Instant end = proof.issuedAt().plus(ProofReader.WINDOW);
        switch (used.use(tenant, proof, end, clock.instant())) {
            case FIRST:
                return;
            case AGAIN:
                throw ProofReader.refused("was used before");
            case NO_ROOM:
                break;
        }
        throw RefusedException.until(
                Refusal.OVERLOADED,
                "DPoP proof: this gateway remembers as many of the tenant's as it can, and forgets none early (expected fewer requests)",
                ROOM_AGAIN);
    }

    private static String hash(String token) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static RefusedException binding(String why) {
        return new RefusedException(Refusal.DPOP_BINDING, "token " + why);
    }
}
