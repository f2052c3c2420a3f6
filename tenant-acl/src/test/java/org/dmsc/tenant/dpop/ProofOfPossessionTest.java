package org.dmsc.tenant.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.Possession;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.revocation.Evidence;
import org.dmsc.tenant.testing.HandClock;
import org.dmsc.tenant.token.VerifiedToken;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A token and its proof beside a request, at two gateways. */
@Tag("case-58")
final class ProofOfPossessionTest {

    private static final String TOKEN = "the.access.token";
    private static final AgentRef PLANNER = AgentRef.of("acme", "planner");

    private final HandClock clock = new HandClock();
    private final ProofOfPossession here = gateway(100);
    private final ProofOfPossession there = gateway(100);
    private Prover prover;

    @BeforeEach
    void oneClient() throws Exception {
        prover = Prover.ec(clock);
    }

    @Test
    void takesAProofOfTheTokensKeyForThisRequest() throws Exception {
        assertThat(here.require(bound(prover), TOKEN, shown(proof(here, claims -> claims))))
                .isEmpty();
    }

    @Test
    @DisplayName("case 58: the same jti again, here and at another gateway")
    void takesEachOnce() throws Exception {
        String proof = proof(here, claims -> claims);
        here.require(bound(prover), TOKEN, shown(proof));

        refuses(Refusal.DPOP_INVALID, "used before", here, bound(prover), shown(proof));
        refuses(Refusal.DPOP_NONCE, "nonce", there, bound(prover), shown(proof));
    }

    @Test
    @DisplayName("case 58: a gateway that was restarted knows no used proofs, and takes none of before")
    void takesNoneOfBeforeARestart() throws Exception {
        String proof = proof(here, claims -> claims);
        here.require(bound(prover), TOKEN, shown(proof));

        refuses(Refusal.DPOP_NONCE, "nonce", gateway(100), bound(prover), shown(proof));
    }

    @Test
    @DisplayName("case 58: htu of another host, htm of another method")
    void refusesWhatWasMadeForAnotherRequest() throws Exception {
        for (String htu : List.of(
                "https://beta.fabric.localhost:8443/message:send",
                "https://acme.fabric.localhost:9/message:send",
                "https://acme.fabric.localhost:8443/message:stream",
                "https://acme.fabric.localhost:8443/message:send/",
                "https://acme.fabric.localhost:8443/MESSAGE:SEND",
                "https://evil.example:8443/message:send",
                "http://acme.fabric.localhost:8443/message:send",
                "/message:send",
                "\u0000")) {
            refuses(
                    Refusal.DPOP_INVALID,
                    "htu",
                    here,
                    bound(prover),
                    shown(proof(here, claims -> claims.claim("htu", htu))));
        }
        for (String htm : List.of("GET", "post", "", "POST ")) {
            refuses(
                    Refusal.DPOP_INVALID,
                    "htm",
                    here,
                    bound(prover),
                    shown(proof(here, claims -> claims.claim("htm", htm))));
        }
    }

    @Test
    @DisplayName("case 58: ath of another token, or none")
    void refusesWhatWasMadeForAnotherToken() throws Exception {
        refuses(
                Refusal.DPOP_INVALID,
                "ath",
                here,
                bound(prover),
                shown(proof(here, claims -> claims.claim("ath", hash("another.access.token")))));
        refuses(
                Refusal.DPOP_INVALID,
                "ath",
                here,
                bound(prover),
                shown(proof(here, claims -> claims.claim("ath", null))));
        refuses(
                Refusal.DPOP_INVALID,
                "ath",
                here,
                bound(prover),
                shown(proof(here, claims -> claims.claim("ath", hash(TOKEN) + "="))));
    }

    @Test
    void refusesAnotherKeyThanTheTokens() throws Exception {
        Prover thief = Prover.ec(clock);

        refuses(Refusal.DPOP_BINDING, "another key", here, bound(thief), shown(proof(here, claims -> claims)));
    }

    @Test
    void refusesABoundTokenAsBearerAndAnUnboundOneWithAProof() throws Exception {
        refuses(Refusal.DPOP_BINDING, "MQTT", here, bound(prover), Optional.empty());
        refuses(
                Refusal.DPOP_BINDING,
                "bound to no key",
                here,
                token(Optional.empty()),
                shown(proof(here, claims -> claims)));
        assertThat(here.require(token(Optional.empty()), TOKEN, Optional.empty()))
                .isEmpty();
    }

    @Test
    void usesUpNothingThatItRefuses() throws Exception {
        String proof = proof(here, claims -> claims);

        refuses(Refusal.DPOP_BINDING, "another key", here, bound(Prover.ec(clock)), shown(proof));
        assertThat(here.require(bound(prover), TOKEN, shown(proof))).isEmpty();
    }

    @Test
    @DisplayName("a gateway that can remember no more refuses, and forgets none early")
    void refusesWhenItIsFull() throws Exception {
        ProofOfPossession small = gateway(2);
        String first = proof(small, claims -> claims);
        small.require(bound(prover), TOKEN, shown(first));
        small.require(bound(prover), TOKEN, shown(proof(small, claims -> claims)));

        refuses(Refusal.OVERLOADED, "remembers", small, bound(prover), shown(proof(small, claims -> claims)));
        refuses(Refusal.DPOP_INVALID, "used before", small, bound(prover), shown(first));
    }

    @Test
    void handsOutTheNextNonceWhenTheBucketTurns() throws Exception {
        String nonce = here.nonce();
        clock.advance(Nonces.BUCKET);

        Optional<String> next = here.require(
                bound(prover), TOKEN, shown(prover.proof(nonce, claims -> claims.claim("ath", hash(TOKEN)))));

        assertThat(next).contains(here.nonce());
        assertThat(here.nonce()).isNotEqualTo(nonce).isNotEqualTo(there.nonce()).matches("[A-Za-z0-9_-]{22}");
    }

    @Test
    void showsNoSecretInItsText() throws Exception {
        assertThat(shown(proof(here, claims -> claims)).toString()).doesNotContain("eyJ");
        assertThat(ProofOfPossession.algorithms()).containsExactly("ES256", "EdDSA", "PS256");
    }

    private ProofOfPossession gateway(int room) {
        return new ProofOfPossession(
                new PublicNames(FabricDomain.DEFAULT, () -> NodeNames.NONE, List.of()),
                new SecureRandom(),
                clock,
                new UsedProofs(room, room));
    }

    private String proof(ProofOfPossession gateway, UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return prover.proof(gateway.nonce(), claims -> change.apply(claims.claim("ath", hash(TOKEN))));
    }

    private static Optional<Possession> shown(String proof) {
        return Optional.of(new Possession(proof, "POST", "/message:send", 8443));
    }

    private static void refuses(
            Refusal refusal, String why, ProofOfPossession gateway, VerifiedToken token, Optional<Possession> shown) {
        assertThatThrownBy(() -> gateway.require(token, TOKEN, shown))
                .isInstanceOfSatisfying(RefusedException.class, refused -> {
                    assertThat(refused.refusal()).as(refused.sentence()).isEqualTo(refusal);
                    assertThat(refused.sentence()).contains(why);
                });
    }

    private VerifiedToken bound(Prover to) throws Exception {
        return token(Optional.of(to.thumbprint()));
    }

    private VerifiedToken token(Optional<String> key) {
        Evidence evidence = Evidence.ofToken(
                SpiffeId.agent(FabricDomain.DEFAULT, PLANNER),
                PLANNER.tenant(),
                Map.of(),
                clock.instant(),
                clock.instant().plusSeconds(300));
        return new VerifiedToken(PLANNER, "id", clock.instant().plusSeconds(300), Optional.empty(), key, evidence);
    }

    private static String hash(String token) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
