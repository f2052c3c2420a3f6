package org.dmsc.tenant.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.testing.FixedTenants;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenVerifierTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final AgentRef PLANNER = AgentRef.of("acme", "planner");
    private static final String THUMBPRINT = "t".repeat(43);
    private static final String ISSUER = "https://acme.fabric.localhost";
    private static final char[] PASSWORD = "a long password".toCharArray();

    @TempDir
    Path dir;

    private final HandClock clock = new HandClock();
    private final FixedTenants tenants = new FixedTenants();
    private final TokenVerifier verifier = new TokenVerifier(tenants, DOMAIN, clock);
    private TokenKeys keys;
    private TokenIssuer issuer;

    @BeforeEach
    void twoTenants() {
        keys = TokenKeys.open(dir, PASSWORD);
        issuer = new TokenIssuer(keys, DOMAIN, clock);
        tenants.put(FixedTenants.active("acme")
                .setTokenKeys(keys.createFor(ACME, clock.instant()))
                .build());
        tenants.put(FixedTenants.active("globex")
                .setTokenKeys(keys.createFor(GLOBEX, clock.instant()))
                .build());
    }

    @Test
    void acceptsWhatItsIssuerIssued() throws Exception {
        String token = issuer.issue(PLANNER, Duration.ofMinutes(5));

        assertThat(verifier.verify(token)).isEqualTo(PLANNER);
        assertThat(verifier.verify(token)).as("again, from the cache").isEqualTo(PLANNER);
        JWTClaimsSet claims = SignedJWT.parse(token).getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(ISSUER);
        assertThat(claims.getAudience()).containsExactly(ISSUER);
        assertThat(claims.getSubject()).isEqualTo("spiffe://acme.fabric.localhost/agent/planner");
    }

    @Test
    void aTokenLivesAtMostFifteenMinutes() {
        String token = issuer.issue(PLANNER, Duration.ofDays(1));
        verifier.verify(token);

        clock.advance(Duration.ofMinutes(15).plusSeconds(20));
        assertThat(verifier.verify(token)).as("20 s late is within the skew").isEqualTo(PLANNER);
        clock.advance(Duration.ofSeconds(20));
        assertRefused(Refusal.UNAUTHENTICATED, () -> verifier.verify(token));
    }

    @Test
    void anAcceptedTokenIsRefusedOnceItsKeyIsTakenFromTheRecord() {
        String token = issuer.issue(PLANNER, Duration.ofMinutes(5));
        verifier.verify(token);

        tenants.put(FixedTenants.active("acme").setGeneration(2).build());

        assertRefused(Refusal.UNAUTHENTICATED, () -> verifier.verify(token));
    }

    @Test
    void aRotatedKeySetAcceptsTokensOfBothKeys() {
        String before = issuer.issue(PLANNER, Duration.ofMinutes(5));
        String both = keys.createFor(ACME, clock.instant());
        String after = issuer.issue(PLANNER, Duration.ofMinutes(5));
        tenants.put(
                FixedTenants.active("acme").setGeneration(2).setTokenKeys(both).build());

        assertThat(verifier.verify(before)).isEqualTo(PLANNER);
        assertThat(verifier.verify(after)).isEqualTo(PLANNER);
        assertThat(both).doesNotContain("\"d\"");
        assertThat(TokenKeys.open(dir, PASSWORD).publicJwks(ACME)).isEqualTo(both);
    }

    @Test
    void refusesOtherAlgorithms() throws Exception {
        ECKey key = keys.signing(ACME, clock.instant());
        JWTClaimsSet claims = good().build();
        SignedJWT mac = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(key.getKeyID())
                        .build(),
                claims);
        mac.sign(new MACSigner(key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8)));
        ECKey p384 = new ECKeyGenerator(Curve.P_384).keyID(key.getKeyID()).generate();

        refuses(new PlainJWT(claims).serialize());
        refuses(mac.serialize());
        refuses(sign(header(JWSAlgorithm.ES384, key).build(), claims, p384));
        refuses(raw("{\"alg\":\"none\",\"typ\":\"at+jwt\"}", claims.toString(), ""));
        refuses(raw("{\"alg\":\"None\",\"typ\":\"at+jwt\"}", claims.toString(), "AA"));
    }

    @Test
    void refusesOtherKeys() throws Exception {
        ECKey own = keys.signing(ACME, clock.instant());
        ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID(own.getKeyID()).generate();
        JWTClaimsSet claims = good().build();

        refuses(sign(header(JWSAlgorithm.ES256, own).build(), claims, stranger));
        refuses(sign(header(JWSAlgorithm.ES256, own).build(), claims, keys.signing(GLOBEX, clock.instant())));
        refuses(sign(
                header(JWSAlgorithm.ES256, keys.signing(GLOBEX, clock.instant()))
                        .build(),
                claims,
                keys.signing(GLOBEX, clock.instant())));
        refuses(sign(header(JWSAlgorithm.ES256, own).keyID("unknown").build(), claims, own));
        refuses(sign(header(JWSAlgorithm.ES256, own).keyID(null).build(), claims, own));
    }

    @Test
    void refusesKeysThatTheTokenBrings() throws Exception {
        ECKey own = keys.signing(ACME, clock.instant());
        ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID(own.getKeyID()).generate();
        JWTClaimsSet claims = good().build();
        URI metadata = URI.create("http://169.254.169.254/keys");

        refuses(sign(header(JWSAlgorithm.ES256, own).jwk(stranger.toPublicJWK()).build(), claims, stranger));
        refuses(sign(header(JWSAlgorithm.ES256, own).jwk(own.toPublicJWK()).build(), claims, own));
        refuses(sign(header(JWSAlgorithm.ES256, own).jwkURL(metadata).build(), claims, own));
        refuses(sign(header(JWSAlgorithm.ES256, own).x509CertURL(metadata).build(), claims, own));
        refuses(sign(
                header(JWSAlgorithm.ES256, own)
                        .criticalParams(Set.of("exp"))
                        .customParam("exp", 1)
                        .build(),
                claims,
                own));
    }

    @Test
    void refusesOtherTypes() throws Exception {
        ECKey own = keys.signing(ACME, clock.instant());
        JWTClaimsSet claims = good().build();

        refuses(sign(header(JWSAlgorithm.ES256, own).type(JOSEObjectType.JWT).build(), claims, own));
        refuses(sign(header(JWSAlgorithm.ES256, own).type(null).build(), claims, own));
    }

    @Test
    void refusesSpoiledClaims() {
        Instant now = clock.instant();
        List<UnaryOperator<JWTClaimsSet.Builder>> spoiled = List.of(
                claims -> claims.issuer(null),
                claims -> claims.issuer("https://globex.fabric.localhost"),
                claims -> claims.issuer("http://acme.fabric.localhost"),
                claims -> claims.issuer(ISSUER + "/"),
                claims -> claims.issuer("https://ACME.fabric.localhost"),
                claims -> claims.issuer("https://nobody.fabric.localhost"),
                claims -> claims.audience((String) null),
                claims -> claims.audience("https://globex.fabric.localhost"),
                claims -> claims.audience(List.of(ISSUER, "https://globex.fabric.localhost")),
                claims -> claims.audience(List.of(ISSUER, ISSUER)),
                claims -> claims.subject(null),
                claims -> claims.subject("planner"),
                claims -> claims.subject("spiffe://globex.fabric.localhost/agent/planner"),
                claims -> claims.subject("spiffe://platform.fabric.localhost/operator/root"),
                claims -> claims.subject("spiffe://acme.fabric.localhost/agent/../x"),
                claims -> claims.jwtID(null),
                claims -> claims.jwtID(" "),
                claims -> claims.claim("client_id", null),
                claims -> claims.claim("client_id", 7),
                claims -> claims.issueTime(null),
                claims -> claims.expirationTime(null),
                claims -> claims.issueTime(Date.from(now.plusSeconds(3600))),
                claims -> claims.issueTime(Date.from(now.plusSeconds(31))),
                claims -> claims.expirationTime(Date.from(now.plusSeconds(16 * 60))),
                claims -> claims.expirationTime(Date.from(now.plus(Duration.ofDays(3650)))),
                claims -> claims.issueTime(Date.from(now.minusSeconds(600)))
                        .expirationTime(Date.from(now.minusSeconds(40))),
                claims -> claims.expirationTime(Date.from(now.minusSeconds(1))),
                claims -> claims.notBeforeTime(Date.from(now.plusSeconds(40))),
                claims -> claims.claim("cnf", "x"),
                claims -> claims.claim("cnf", Map.of()),
                claims -> claims.claim("cnf", Map.of("jkt", "x")),
                claims -> claims.claim("cnf", Map.of("jkt", List.of(THUMBPRINT))),
                claims -> claims.claim("cnf", Map.of("jkt", THUMBPRINT, "x5t#S256", "x")),
                claims -> claims.claim("cnf", Map.of("jkt", THUMBPRINT, "kid", "x")),
                claims -> claims.claim("cnf", Map.of("jwk", Map.of())),
                claims -> claims.claim("cnf", Map.of("x5t#S256", 7)));

        for (UnaryOperator<JWTClaimsSet.Builder> spoil : spoiled) {
            refuses(signed(spoil.apply(good()).build()));
        }
        VerifiedToken bound =
                verifier.check(signed(good().claim("cnf", Map.of("jkt", THUMBPRINT, "x5t#S256", THUMBPRINT))
                        .build()));
        assertThat(bound.boundKey()).contains(THUMBPRINT);
        assertThat(bound.boundTo()).contains(THUMBPRINT);
        assertThat(verifier.verify(signed(good().build()))).isEqualTo(PLANNER);
        assertThat(verifier.verify(signed(
                        good().notBeforeTime(Date.from(now.plusSeconds(20))).build())))
                .isEqualTo(PLANNER);
        assertThat(verifier.verify(signed(good().issueTime(Date.from(now.minusSeconds(600)))
                        .expirationTime(Date.from(now.minusSeconds(20)))
                        .build())))
                .isEqualTo(PLANNER);
    }

    @Test
    void refusesSpoiledSignatures() throws Exception {
        String token = signed(good().build());
        String unsigned = token.substring(0, token.lastIndexOf('.') + 1);
        byte[] signature =
                Base64URL.from(token.substring(token.lastIndexOf('.') + 1)).decode();
        byte[] flipped = signature.clone();
        flipped[5] ^= 1;

        refuses(unsigned);
        refuses(unsigned + Base64URL.encode(new byte[64]));
        refuses(unsigned + Base64URL.encode(flipped));
        refuses(unsigned + Base64URL.encode(com.nimbusds.jose.crypto.impl.ECDSA.transcodeSignatureToDER(signature)));
        String[] parts = token.split("\\.");
        String changed = good().subject("spiffe://acme.fabric.localhost/agent/boss")
                .build()
                .toString();
        refuses(parts[0] + "." + Base64URL.encode(changed) + "." + parts[2]);
    }

    @Test
    void refusesDuplicateClaims() throws Exception {
        String claims = good().build().toString();
        String twice =
                claims.substring(0, claims.length() - 1) + ",\"sub\":\"spiffe://acme.fabric.localhost/agent/boss\"}";
        ECKey own = keys.signing(ACME, clock.instant());
        Base64URL header = header(JWSAlgorithm.ES256, own).build().toBase64URL();
        Base64URL payload = Base64URL.encode(twice);
        JWSSigner signer = new ECDSASigner(own);
        Base64URL signature = signer.sign(
                header(JWSAlgorithm.ES256, own).build(), (header + "." + payload).getBytes(StandardCharsets.US_ASCII));

        refuses(header + "." + payload + "." + signature);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a.b",
                "a.b.c",
                "a.b.c.d",
                "a.b.c.d.e",
                "Bearer a.b.c",
                "ey J.a.b",
                "é.a.b",
                "{}.{}.{}"
            })
    void refusesWhatIsNoToken(String garbage) {
        refuses(garbage);
    }

    @Test
    void refusesAWrappedOrVeryLongToken() {
        String token = signed(good().build());

        refuses(token + "\n");
        refuses(" " + token);
        refuses(token + "=");
        refuses(signed(good().claim("x", "a".repeat(9_000)).build()));
        refuses("a.".repeat(1_000_000));
        refuses("a".repeat(2_000_000));
    }

    @Test
    void anUnreadableKeySetRefusesItsTenantOnly() {
        tenants.put(FixedTenants.active("acme")
                .setGeneration(2)
                .setTokenKeys("<html>")
                .build());

        refuses(signed(good().build()));
        assertThat(verifier.verify(issuer.issue(AgentRef.of("globex", "x"), Duration.ofMinutes(1))))
                .isNotNull();
    }

    @Test
    void messagesDoNotRepeatTheToken() {
        String token = signed(good().audience("x").build());

        assertThatThrownBy(() -> verifier.verify(token)).hasMessageNotContaining(token.substring(0, 20));
    }

    @Test
    void destroyedKeysSignNothing() {
        keys.destroy(ACME);

        assertRefused(Refusal.TENANT_UNKNOWN, () -> issuer.issue(PLANNER, Duration.ofMinutes(1)));
        assertRefused(Refusal.TENANT_UNKNOWN, () -> keys.publicJwks(ACME));
        assertThat(issuer.issue(AgentRef.of("globex", "x"), Duration.ofMinutes(1)))
                .isNotEmpty();
    }

    private JWTClaimsSet.Builder good() {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(ISSUER)
                .subject("spiffe://acme.fabric.localhost/agent/planner")
                .claim("client_id", "planner")
                .jwtID("id-1")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
    }

    private String signed(JWTClaimsSet claims) {
        ECKey own = keys.signing(ACME, clock.instant());
        try {
            return sign(header(JWSAlgorithm.ES256, own).build(), claims, own);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWSHeader.Builder header(JWSAlgorithm algorithm, ECKey key) {
        return new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(key.getKeyID());
    }

    private static String sign(JWSHeader header, JWTClaimsSet claims, ECKey key) throws Exception {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    private static String raw(String header, String payload, String signature) {
        return Base64URL.encode(header) + "." + Base64URL.encode(payload) + "." + signature;
    }

    private void refuses(String token) {
        assertRefused(Refusal.UNAUTHENTICATED, () -> verifier.verify(token));
    }
}
