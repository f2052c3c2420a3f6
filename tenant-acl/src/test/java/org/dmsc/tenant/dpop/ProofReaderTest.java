package org.dmsc.tenant.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each check of RFC 9449 4.3 that needs nothing but the proof, with a proof that is wrong in that one way. */
@Tag("case-58")
final class ProofReaderTest {

    private final HandClock clock = new HandClock();
    private final Nonces nonces = new Nonces(new SecureRandom());
    private Prover prover;
    private String nonce;

    @BeforeEach
    void oneClient() throws Exception {
        prover = Prover.ec(clock);
        nonce = nonces.at(clock.instant());
    }

    @Test
    void readsAProofByEachAlgorithm() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();

        DpopProof elliptic =
                read(prover.proof(nonce, claims -> claims.jwtID("one").claim("ath", "hash")));
        DpopProof pss = read(Prover.rsa(rsa, JWSAlgorithm.PS256, clock).proof(nonce, claims -> claims));
        DpopProof edwards = read(edwards());

        assertThat(elliptic.thumbprint()).isEqualTo(prover.thumbprint()).hasSize(43);
        assertThat(elliptic.id()).isEqualTo("one");
        assertThat(elliptic.method()).isEqualTo("POST");
        assertThat(elliptic.target()).isEqualTo(Prover.TARGET);
        assertThat(elliptic.tokenHash()).contains("hash");
        assertThat(elliptic.issuedAt()).isEqualTo(clock.instant());
        assertThat(elliptic.renew()).isEqualTo(DpopProof.Renew.NO);
        assertThat(pss.thumbprint()).isEqualTo(rsa.computeThumbprint().toString());
        assertThat(edwards.thumbprint()).hasSize(43);
    }

    @Test
    void refusesOtherAlgorithmsAndTypes() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();

        refuses("algorithm", Prover.rsa(rsa, JWSAlgorithm.RS256, clock).proof(nonce, claims -> claims));
        refuses("algorithm", Prover.rsa(rsa, JWSAlgorithm.PS512, clock).proof(nonce, claims -> claims));
        refuses("cannot be read", encoded("{\"alg\":\"none\",\"typ\":\"dpop+jwt\"}"));
        refuses(
                "algorithm",
                encoded("{\"alg\":\"HS256\",\"typ\":\"dpop+jwt\",\"jwk\":" + prover.key.toPublicJWK() + "}"));
        for (String type : List.of("at+jwt", "JWT", "dpop", "application/dpop+jwt")) {
            refuses("type", prover.headed(nonce, header -> header.type(new JOSEObjectType(type))));
        }
        refuses("type", prover.headed(nonce, header -> header.type(null)));
    }

    @Test
    void refusesKeysThatAreElsewhereOrOfOtherKinds() throws Exception {
        ECKey encrypting = new ECKey.Builder(prover.key.toPublicJWK().toECKey())
                .keyUse(KeyUse.ENCRYPTION)
                .build();
        refuses("no jwk", prover.headed(nonce, header -> header.jwk(null)));
        refuses("another place", prover.headed(nonce, header -> header.jwkURL(URI.create("https://evil.example/k"))));
        refuses(
                "another place",
                prover.headed(nonce, header -> header.x509CertURL(URI.create("https://evil.example/c"))));
        refuses("another place", prover.headed(nonce, header -> header.x509CertChain(List.of(Base64.encode("x")))));
        refuses("not for signatures", prover.headed(nonce, header -> header.jwk(encrypting)));
        refuses("another key", prover.headed(nonce, header -> header.jwk(key(Curve.P_384))));
        refuses("another key", prover.headed(nonce, header -> header.jwk(key(Curve.SECP256K1))));
        refuses("another key", prover.headed(nonce, header -> header.jwk(rsa(1024, RSAKeyGenParameterSpec.F4))));
        refuses("another key", prover.headed(nonce, header -> header.jwk(rsa(2048, RSAKeyGenParameterSpec.F0))));
        refuses("another key", prover.headed(nonce, header -> header.jwk(octets(Curve.X25519))));
        refuses("not signed", prover.headed(nonce, header -> header.jwk(octets(Curve.Ed25519))));
        refuses(
                "cannot be read",
                encoded("{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}}"));
    }

    @Test
    @DisplayName("a private key in the header is refused, whatever it signs")
    void refusesPrivateKeys() throws Exception {
        String whole = prover.key.toECKey().toJSONString();
        JWSHeader header = prover.header().build();
        String text = header.toString().replace(prover.key.toPublicJWK().toJSONString(), whole);
        assertThat(text).contains("\"d\":");

        refuses("cannot be read", encoded(text));
    }

    @Test
    void refusesCriticalParametersAndOtherPayloads() throws Exception {
        refuses(
                "",
                encoded("{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"crit\":[\"exp\"],\"exp\":1,\"jwk\":"
                        + prover.key.toPublicJWK() + "}"));
        refuses(
                "payload",
                encoded("{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"b64\":false,\"jwk\":" + prover.key.toPublicJWK()
                        + "}"));
        refuses(
                "critical",
                prover.headed(
                        nonce, header -> header.criticalParams(Set.of("x")).customParam("x", 1)));
    }

    @Test
    void refusesWhatIsNotSignedByItsKey() throws Exception {
        Prover other = Prover.ec(clock);
        String good = prover.proof(nonce, claims -> claims);

        refuses("not signed", prover.headed(nonce, header -> header.jwk(other.key.toPublicJWK())));
        refuses("not signed", good.substring(0, good.length() - 6) + "AAAAAA");
        String changed = Base64URL.encode(
                        prover.claims(nonce).claim("htm", "GET").build().toString())
                .toString();
        String[] parts = good.split("\\.");
        refuses("not signed", parts[0] + "." + changed + "." + parts[2]);
    }

    @Test
    void refusesClaimsThatAreMissingOrWrong() throws Exception {
        List<UnaryOperator<JWTClaimsSet.Builder>> spoiled = List.of(
                claims -> claims.jwtID(null),
                claims -> claims.jwtID("  "),
                claims -> claims.jwtID("x".repeat(257)),
                claims -> claims.claim("jti", 7),
                claims -> claims.claim("htm", null),
                claims -> claims.claim("htm", List.of("POST")),
                claims -> claims.claim("htu", null),
                claims -> claims.claim("htu", 7),
                claims -> claims.claim("ath", 7),
                claims -> claims.claim("nonce", List.of(nonce)),
                claims -> claims.claim("iat", "now"),
                claims -> claims.claim("iat", null));

        for (UnaryOperator<JWTClaimsSet.Builder> spoil : spoiled) {
            refuses("", prover.proof(nonce, spoil));
        }
    }

    @Test
    @DisplayName("iat within 30 s of the fabric's clock, in both directions")
    void refusesWhatIsNotFresh() throws Exception {
        Instant now = clock.instant();

        assertThat(read(prover.proof(nonce, claims -> claims.issueTime(at(now, -30)))))
                .isNotNull();
        assertThat(read(prover.proof(nonce, claims -> claims.issueTime(at(now, 30)))))
                .isNotNull();
        refuses("too long ago", prover.proof(nonce, claims -> claims.issueTime(at(now, -31))));
        refuses("future", prover.proof(nonce, claims -> claims.issueTime(at(now, 31))));
        refuses("future", prover.proof(nonce, claims -> claims.claim("iat", now.toEpochMilli())));
        refuses("expired", prover.proof(nonce, claims -> claims.expirationTime(at(now, -31))));
        refuses("not valid yet", prover.proof(nonce, claims -> claims.notBeforeTime(at(now, 31))));
    }

    @Test
    void asksForANonceOfThisGateway() throws Exception {
        String elsewhere = new Nonces(new SecureRandom()).at(clock.instant());

        for (String wrong : List.of("", "x", elsewhere, nonce + "x", nonce.substring(1), "\u0000", "x".repeat(1000))) {
            asksForANonce(prover.proof(wrong, claims -> claims));
        }
        asksForANonce(prover.proof(nonce, claims -> claims.claim("nonce", null)));
    }

    @Test
    void takesTheLastNonceAndHandsOutTheNext() throws Exception {
        clock.advance(Nonces.BUCKET);

        assertThat(read(prover.proof(nonce, claims -> claims)).renew()).isEqualTo(DpopProof.Renew.YES);

        clock.advance(Nonces.BUCKET);
        asksForANonce(prover.proof(nonce, claims -> claims));
    }

    @Test
    void refusesWhatIsNoJwt() throws Exception {
        String good = prover.proof(nonce, claims -> claims);
        for (String text : List.of(
                "",
                "a.b.c",
                "a.b",
                good + ".x",
                good + ",",
                good + "\n",
                good + "," + good,
                good.replace('.', ' '),
                "x".repeat(2 * 1024 * 1024),
                prover.proof(nonce, claims -> claims.claim("x", "y".repeat(4 * 1024))))) {
            refuses("", text);
        }
        refuses("cannot be read", Base64URL.encode("[1]") + ".W10.AAAA");
        refuses("cannot be read", Base64URL.encode("[".repeat(1000)) + ".W10.AAAA");
    }

    private DpopProof read(String proof) {
        return ProofReader.read(proof, nonces, clock.instant());
    }

    private void refuses(String why, String proof) {
        assertThatThrownBy(() -> read(proof)).isInstanceOfSatisfying(RefusedException.class, refused -> {
            assertThat(refused.refusal()).as(refused.sentence()).isEqualTo(Refusal.DPOP_INVALID);
            assertThat(refused.sentence()).contains(why).doesNotContain("\n");
        });
    }

    private void asksForANonce(String proof) {
        assertThatThrownBy(() -> read(proof))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.DPOP_NONCE));
    }

    private static Date at(Instant now, long seconds) {
        return Date.from(now.plus(Duration.ofSeconds(seconds)));
    }

    /** With claims and signature of a good one. */
    private String encoded(String header) throws Exception {
        String[] good = prover.proof(nonce, claims -> claims).split("\\.");
        return Base64URL.encode(header) + "." + good[1] + "." + good[2];
    }

    private static ECKey key(Curve curve) {
        try {
            return new ECKeyGenerator(curve)
                    .provider(org.dmsc.tenant.pki.BouncyCastle.provider())
                    .generate()
                    .toPublicJWK();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey rsa(int bits, java.math.BigInteger exponent) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(new RSAKeyGenParameterSpec(bits, exponent));
            return new RSAKey.Builder((RSAPublicKey) generator.generateKeyPair().getPublic()).build();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static OctetKeyPair octets(Curve curve) {
        return new OctetKeyPair.Builder(curve, Base64URL.encode(new byte[32])).build();
    }

    private String edwards() throws Exception {
        Ed25519PrivateKeyParameters secret = new Ed25519PrivateKeyParameters(new SecureRandom());
        OctetKeyPair pair = new OctetKeyPair.Builder(
                        Curve.Ed25519,
                        Base64URL.encode(secret.generatePublicKey().getEncoded()))
                .build();
        String signed = Base64URL.encode(new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(pair)
                        .build()
                        .toString())
                + "." + Base64URL.encode(prover.claims(nonce).build().toString());
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, secret);
        byte[] bytes = signed.getBytes(StandardCharsets.US_ASCII);
        signer.update(bytes, 0, bytes.length);
        return signed + "." + Base64URL.encode(signer.generateSignature());
    }

    @Test
    void saysNothingOfTheProofItself() throws Exception {
        String proof = prover.proof(nonce, claims -> claims.claim("iat", Map.of("x", "s3cret")));

        assertThatThrownBy(() -> read(proof)).hasMessageNotContaining("s3cret");
    }
}
