package org.dmsc.tenant.cards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.DetachedJws;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-69")
class CardKeysTest {

    private static final byte[] CARD = "{\"name\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private final ECKey key = ec("k1");
    private final CardKeys keys = CardKeys.of(List.of(key.toPublicJWK().toJSONString()));

    @Test
    void knowsItsKeyByItsIdAndSaysWhichItWas() throws Exception {
        assertThat(keys.signer(CARD, es256(key, "k1"), NOW)).contains("k1");
        assertThat(keys.signer("{}".getBytes(StandardCharsets.UTF_8), es256(key, "k1"), NOW))
                .isEmpty();
        assertThat(keys.signer(CARD, es256(ec("k1"), "k1"), NOW))
                .as("another key of that name")
                .isEmpty();
        assertThat(keys.signer(CARD, es256(key, "k2"), NOW))
                .as("an id that is not there")
                .isEmpty();
        assertThat(CardKeys.NONE.signer(CARD, es256(key, "k1"), NOW)).isEmpty();
    }

    @Test
    void believesNoKeyThatTheSignatureBrings() throws Exception {
        ECKey own = ec("mine");
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("mine")
                .jwk(own.toPublicJWK())
                .jwkURL(URI.create("https://evil.example/jwks.json"))
                .build();

        assertThat(keys.signer(CARD, signed(header, new ECDSASigner(own)), NOW)).isEmpty();
    }

    @Test
    void knowsEdDsaAndRsaWithPssAndTheOldPaddingOnlyWhereTheKeySaysSo() throws Exception {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("r").generate();
        RSAKey old = new RSAKey.Builder(rsa)
                .algorithm(JWSAlgorithm.RS256)
                .keyID("old")
                .build();
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        CardKeys all = CardKeys.of(
                List.of(rsa.toPublicJWK().toJSONString(), old.toPublicJWK().toJSONString(), okp("e", pair)));

        assertThat(all.signer(CARD, rsa(JWSAlgorithm.PS256, rsa, "r"), NOW)).contains("r");
        assertThat(all.signer(CARD, rsa(JWSAlgorithm.RS256, rsa, "r"), NOW)).isEmpty();
        assertThat(all.signer(CARD, rsa(JWSAlgorithm.RS256, rsa, "old"), NOW)).contains("old");
        assertThat(all.signer(CARD, edDsa(pair, "e"), NOW)).contains("e");
        assertThat(all.signer(CARD, edDsa(pair, "r"), NOW))
                .as("a key of another kind")
                .isEmpty();
    }

    @Test
    void believesNoAlgorithmThatMakesAPublicKeyASecret() throws Exception {
        byte[] asSecret = Arrays.copyOf(key.toECPublicKey().getEncoded(), 64);
        JWSHeader hmac = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build();
        String none = Base64URL.encode("{\"alg\":\"none\",\"kid\":\"k1\"}").toString();

        assertThat(keys.signer(CARD, signed(hmac, new MACSigner(asSecret)), NOW))
                .isEmpty();
        assertThat(keys.signer(CARD, new DetachedJws.Signature(none, ""), NOW)).isEmpty();
        assertThat(keys.signer(CARD, new DetachedJws.Signature("", ""), NOW)).isEmpty();
        assertThat(keys.signer(CARD, new DetachedJws.Signature("\u0000!", "\u0000!"), NOW))
                .isEmpty();
    }

    @Test
    void understandsNothingCritical() throws Exception {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("k1")
                .criticalParams(Set.of("exp"))
                .customParam("exp", 1)
                .build();

        assertThat(keys.signer(CARD, signed(header, new ECDSASigner(key)), NOW)).isEmpty();
    }

    @Test
    void aKeyCountsWhileItStands() throws Exception {
        ECKey later = new ECKey.Builder(key)
                .notBeforeTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(60)))
                .build();
        CardKeys timed = CardKeys.of(List.of(later.toPublicJWK().toJSONString()));
        DetachedJws.Signature signature = es256(key, "k1");

        assertThat(timed.signer(CARD, signature, NOW.minusSeconds(1))).isEmpty();
        assertThat(timed.signer(CARD, signature, NOW)).contains("k1");
        assertThat(timed.signer(CARD, signature, NOW.plusSeconds(60))).isEmpty();
        assertThat(timed.stands("k1", NOW)).isTrue();
        assertThat(timed.stands("k1", NOW.plusSeconds(60))).isFalse();
        assertThat(timed.stands("k2", NOW)).isFalse();
    }

    @Test
    void takesPublicSigningKeysWithAnIdOnceEach() throws Exception {
        OctetSequenceKey secret = new OctetSequenceKeyGenerator(256).keyID("s").generate();
        JWK encrypts = new ECKey.Builder(key).keyUse(KeyUse.ENCRYPTION).build().toPublicJWK();
        String nameless =
                new ECKey.Builder(key).keyID(null).build().toPublicJWK().toJSONString();
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("w").generate();

        refuses("private or symmetric", key.toJSONString());
        refuses("private or symmetric", secret.toJSONString());
        refuses("cannot be used", encrypts.toJSONString());
        refuses("cannot be used", weak.toPublicJWK().toJSONString());
        refuses("no kid", nameless);
        refuses("no JWK", "{}");
        refuses("no JWK", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"AA\",\"y\":\"AA\"}");
        refuses("twice", key.toPublicJWK().toJSONString(), key.toPublicJWK().toJSONString());
        assertThat(keys.ids()).containsExactly("k1");
    }

    private static void refuses(String why, String... jwks) {
        assertThatThrownBy(() -> CardKeys.of(List.of(jwks)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why);
    }

    private static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private static DetachedJws.Signature es256(ECKey by, String id) throws Exception {
        return signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(id).build(), new ECDSASigner(by));
    }

    private static DetachedJws.Signature rsa(JWSAlgorithm algorithm, RSAKey by, String id) throws Exception {
        return signed(new JWSHeader.Builder(algorithm).keyID(id).build(), new RSASSASigner(by));
    }

    private static DetachedJws.Signature edDsa(KeyPair by, String id) throws Exception {
        String header = new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .keyID(id)
                .build()
                .toBase64URL()
                .toString();
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(by.getPrivate());
        signature.update(input(header));
        return new DetachedJws.Signature(
                header, Base64URL.encode(signature.sign()).toString());
    }

    private static DetachedJws.Signature signed(JWSHeader header, JWSSigner signer) throws Exception {
        String encoded = header.toBase64URL().toString();
        return new DetachedJws.Signature(
                encoded, signer.sign(header, input(encoded)).toString());
    }

    private static byte[] input(String header) {
        return (header + "." + Base64URL.encode(CARD)).getBytes(StandardCharsets.US_ASCII);
    }

    private static String okp(String id, KeyPair pair) {
        byte[] encoded = ((EdECPublicKey) pair.getPublic()).getEncoded();
        byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
        return com.nimbusds.jose.util.JSONObjectUtils.toJSONString(Map.of(
                "kty",
                "OKP",
                "crv",
                "Ed25519",
                "kid",
                id,
                "x",
                Base64URL.encode(raw).toString()));
    }
}
