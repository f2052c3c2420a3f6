package org.dmsc.tenant.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.testing.FixedTenants;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens of issuers outside, good and hostile: cases 54, 55, 57, 59 and 61 of security.md. */
final class OutsideTokensTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");
    private static final String ISSUER = "https://idp.example.com/acme";
    private static final String AUDIENCE = "dmsc-acme";
    private static final URI JWKS = URI.create("https://idp.example.com/acme/jwks");
    private static final URI BETA_JWKS = URI.create("https://idp.example.com/beta/jwks");

    private static ECKey ec;
    private static ECKey betaKey;
    private static RSAKey rsa;

    private final HandClock clock = new HandClock();
    private final FixedTenants tenants = new FixedTenants();
    private final Map<TenantId, List<OutsideIssuer>> issuers = new HashMap<>();
    private final Map<URI, byte[]> web = new HashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final OutsideKeys keys = new OutsideKeys(this::fetch, clock);
    private final TokenVerifier verifier = new TokenVerifier(new TokenSources(
            tenants, FabricDomain.DEFAULT, tenant -> issuers.getOrDefault(tenant, List.of()), keys, clock));

    @BeforeAll
    static void keys() throws Exception {
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        betaKey = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        rsa = new RSAKeyGenerator(2048).keyID("rsa-1").generate();
    }

    @BeforeEach
    void twoTenants() {
        tenants.put(FixedTenants.active("acme").build());
        tenants.put(FixedTenants.active("beta").build());
        issuers.put(ACME, List.of(OutsideIssuer.of(ISSUER, JWKS, AUDIENCE, SubjectMapping.byName("client_id"))));
        issuers.put(
                BETA,
                List.of(OutsideIssuer.of(
                        "https://idp.example.com/beta", BETA_JWKS, "dmsc-beta", SubjectMapping.byName("sub"))));
        publish(JWKS, ec, rsa);
        publish(BETA_JWKS, betaKey);
        keys.refresh(tenants, tenant -> issuers.getOrDefault(tenant, List.of()));
    }

    @Test
    void acceptsWhatItsTenantsIssuerSigned() throws Exception {
        VerifiedToken token = verifier.check(signed(ec, claims -> claims));

        assertThat(token.agent()).isEqualTo(AgentRef.of("acme", "planner"));
    }

    @Test
    void mapsASubjectByTheTable() throws Exception {
        replace(issuer -> new OutsideIssuer(
                issuer.issuer(),
                issuer.jwks(),
                issuer.algorithms(),
                issuer.audience(),
                new SubjectMapping("sub", Map.of("user:7", new AgentId("billing"))),
                issuer.types()));

        assertThat(verifier.verify(signed(ec, claims -> claims.subject("user:7"))))
                .isEqualTo(AgentRef.of("acme", "billing"));
        refuses(signed(ec, claims -> claims.subject("billing")));
    }

    @Test
    void anIssuersAlgorithmsAreThoseOfItsConfiguration() throws Exception {
        String ps = sign(header(JWSAlgorithm.PS256, "rsa-1"), claims().build(), new RSASSASigner(rsa));
        String rs = sign(header(JWSAlgorithm.RS256, "rsa-1"), claims().build(), new RSASSASigner(rsa));

        assertThat(verifier.verify(ps)).isNotNull();
        refuses(rs);
        replace(issuer -> new OutsideIssuer(
                issuer.issuer(),
                issuer.jwks(),
                Set.of(SigningAlgorithm.RS256),
                issuer.audience(),
                issuer.subject(),
                issuer.types()));
        assertThat(verifier.verify(rs)).isNotNull();
        refuses(ps);
        refuses(signed(ec, claims -> claims));
    }

    @Test
    void verifiesEdDsa() throws Exception {
        Ed25519PrivateKeyParameters secret = new Ed25519PrivateKeyParameters(new java.security.SecureRandom());
        publish(
                JWKS,
                new OctetKeyPair.Builder(
                                Curve.Ed25519,
                                Base64URL.encode(secret.generatePublicKey().getEncoded()))
                        .keyID("ed-1")
                        .build());
        clock.advance(Duration.ofMinutes(6));
        keys.refresh(tenants, issuers::get);
        JWSHeader header = header(JWSAlgorithm.EdDSA, "ed-1");
        SignedJWT jwt = new SignedJWT(header, claims().build());
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, secret);
        signer.update(jwt.getSigningInput(), 0, jwt.getSigningInput().length);
        String input = new String(jwt.getSigningInput(), StandardCharsets.US_ASCII);
        byte[] signature = signer.generateSignature();

        assertThat(verifier.verify(input + "." + Base64URL.encode(signature))).isNotNull();
        signature[3] ^= 1;
        refuses(input + "." + Base64URL.encode(signature));
    }

    @Test
    @Tag("case-54")
    @DisplayName("case 54: tokens that bring their own way of being believed; nothing is fetched")
    void refusesTokensThatSayHowToBelieveThem() throws Exception {
        int before = fetches.get();
        ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        JWTClaimsSet claims = claims().build();
        URI metadata = URI.create("http://169.254.169.254/keys");
        byte[] publicRsa = rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);

        refuses(new PlainJWT(claims).serialize());
        refuses(raw("{\"alg\":\"None\",\"typ\":\"at+jwt\",\"kid\":\"ec-1\"}", claims, "AA"));
        refuses(sign(header(JWSAlgorithm.HS256, "rsa-1"), claims, new MACSigner(publicRsa)));
        refuses(sign(
                header(JWSAlgorithm.HS256, "rsa-1"),
                claims,
                new MACSigner(rsa.toPublicKey().getEncoded())));
        refuses(sign(
                new JWSHeader.Builder(header(JWSAlgorithm.ES256, "ec-1"))
                        .jwk(stranger.toPublicJWK())
                        .build(),
                claims,
                new ECDSASigner(stranger)));
        refuses(sign(
                new JWSHeader.Builder(header(JWSAlgorithm.ES256, "ec-1"))
                        .jwkURL(metadata)
                        .build(),
                claims,
                new ECDSASigner(ec)));
        refuses(sign(
                new JWSHeader.Builder(header(JWSAlgorithm.ES256, "ec-1"))
                        .x509CertURL(metadata)
                        .build(),
                claims,
                new ECDSASigner(ec)));
        refuses(sign(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID("ec-1")
                        .type(new JOSEObjectType("at+jwt"))
                        .criticalParams(Set.of("exp"))
                        .customParam("exp", 1)
                        .build(),
                claims,
                new ECDSASigner(ec)));
        refuses(raw(
                header(JWSAlgorithm.ES256, "ec-1").toString(),
                claims,
                Base64URL.encode(new byte[64]).toString()));
        refuses(raw(
                header(JWSAlgorithm.ES256, "rsa-1").toString(),
                claims,
                Base64URL.encode(new byte[64]).toString()));
        assertThat(fetches).as("outbound requests").hasValue(before);
    }

    @Test
    @Tag("case-54")
    @DisplayName("case 54: other types")
    void refusesOtherTypes() throws Exception {
        for (String type : List.of("JWT", "id_token", "dpop+jwt")) {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .keyID("ec-1")
                    .type(new JOSEObjectType(type))
                    .build();
            refuses(sign(header, claims().build(), new ECDSASigner(ec)));
        }
        replace(issuer -> new OutsideIssuer(
                issuer.issuer(),
                issuer.jwks(),
                issuer.algorithms(),
                issuer.audience(),
                issuer.subject(),
                Set.of("JWT")));
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("ec-1")
                .type(JOSEObjectType.JWT)
                .build();
        assertThat(verifier.verify(sign(header, claims().build(), new ECDSASigner(ec))))
                .isNotNull();
    }

    @Test
    @Tag("case-55")
    @DisplayName("case 55: other tenants' issuers, keys, hosts and audiences")
    void refusesWhatIsMeantForSomebodyElse() throws Exception {
        refuses(signed(betaKey, claims -> claims));
        refuses(signed(
                ec, claims -> claims.issuer("https://idp.example.com/beta").audience("dmsc-beta")));
        refuses(signed(ec, claims -> claims.issuer("https://idp.example.com/acme/")));
        refuses(signed(ec, claims -> claims.issuer("https://acme.fabric.localhost")));
        refuses(signed(ec, claims -> claims.issuer(null)));
        refuses(signed(ec, claims -> claims.audience(List.of(AUDIENCE, "another"))));
        refuses(signed(ec, claims -> claims.audience("dmsc-beta")));
        refuses(signed(ec, claims -> claims.audience((String) null)));
        String good = signed(ec, claims -> claims);
        assertThat(verifier.check(good, Optional.of(ACME))).isNotNull();
        assertRefused(Refusal.UNAUTHENTICATED, () -> verifier.check(good, Optional.of(BETA)));
    }

    @Test
    @Tag("case-55")
    @DisplayName("case 55: an issuer that two tenants believe counts for the host that was dialled, or for nobody")
    void anIssuerOfTwoTenantsCountsForOneOrNobody() throws Exception {
        issuers.put(BETA, issuers.get(ACME));
        clock.advance(Duration.ofMinutes(6));
        keys.refresh(tenants, issuers::get);
        String token = signed(ec, claims -> claims);

        refuses(token);
        assertThat(verifier.check(token, Optional.of(BETA)).agent()).isEqualTo(AgentRef.of("beta", "planner"));
        assertThat(verifier.check(token, Optional.of(ACME)).agent()).isEqualTo(AgentRef.of("acme", "planner"));
    }

    @Test
    @Tag("case-55")
    @DisplayName("case 55: nobody can take what is meant for another tenant's host")
    void aTenantCannotTakeAnothersAudience() throws Exception {
        String acmesHost = "https://acme.fabric.localhost";
        OutsideIssuer squatter = OutsideIssuer.of(ISSUER, JWKS, acmesHost, SubjectMapping.byName("client_id"));
        issuers.put(BETA, List.of(squatter));
        clock.advance(Duration.ofMinutes(6));
        keys.refresh(tenants, issuers::get);
        String token = signed(ec, claims -> claims.audience(acmesHost));

        refuses(token);
        issuers.put(ACME, List.of(squatter));
        clock.advance(Duration.ofMinutes(6));
        keys.refresh(tenants, issuers::get);
        TokenVerifier fresh =
                new TokenVerifier(new TokenSources(tenants, FabricDomain.DEFAULT, issuers::get, keys, clock));
        String again = signed(ec, claims -> claims.audience(acmesHost));
        assertThat(fresh.verify(again)).isEqualTo(AgentRef.of("acme", "planner"));
    }

    @Test
    @Tag("case-57")
    @DisplayName("case 57: times, sizes, missing claims")
    void refusesOddTimesAndSizes() throws Exception {
        Instant now = clock.instant();

        refuses(signed(ec, claims -> claims.expirationTime(at(now, Duration.ofDays(3650)))));
        refuses(signed(
                ec,
                claims -> claims.issueTime(at(now, Duration.ofHours(1)))
                        .expirationTime(at(now, Duration.ofMinutes(65)))));
        refuses(signed(ec, claims -> claims.notBeforeTime(at(now, Duration.ofSeconds(40)))));
        String late = signed(
                ec,
                claims -> claims.issueTime(at(now, Duration.ofMinutes(-5)))
                        .expirationTime(at(now, Duration.ofSeconds(-20))));
        assertThat(verifier.verify(late)).as("20 s late").isNotNull();
        refuses(signed(
                ec,
                claims -> claims.issueTime(at(now, Duration.ofMinutes(-5)))
                        .expirationTime(at(now, Duration.ofSeconds(-40)))));
        refuses(signed(ec, claims -> claims) + "\n");
        refuses(signed(ec, claims -> claims.claim("x", "y".repeat(9 * 1024))));
        refuses("a".repeat(2 * 1024 * 1024));
        for (String missing : List.of("exp", "iat", "jti", "client_id", "sub")) {
            refuses(signed(ec, claims -> claims.claim(missing, null)));
        }
        refuses(signed(ec, claims -> claims.claim("client_id", "../x")));
        refuses(signed(ec, claims -> claims.claim("cnf", Map.of("jkt", "abc"))));
    }

    @Test
    @Tag("case-59")
    @DisplayName("case 59: the key set is down, HTML, empty: the known keys stay, for four hours")
    void knownKeysSurviveAnOutage() throws Exception {
        for (String instead : List.of("", "<html>moved</html>", "{\"keys\":[]}", "{}", "[]", "null")) {
            web.put(JWKS, instead.getBytes(StandardCharsets.UTF_8));
            clock.advance(Duration.ofMinutes(6));
            keys.refresh(tenants, issuers::get);
            assertThat(verifier.verify(signed(ec, claims -> claims)))
                    .as(instead)
                    .isNotNull();
        }
        web.remove(JWKS);
        clock.advance(Duration.ofHours(3));
        keys.refresh(tenants, issuers::get);
        assertThat(verifier.verify(signed(ec, claims -> claims))).isNotNull();
        clock.advance(Duration.ofMinutes(61));

        String token = signed(ec, claims -> claims);
        assertRefused(Refusal.UNAVAILABLE, () -> verifier.verify(token));
    }

    @Test
    @Tag("case-59")
    @DisplayName("case 59: a key that was removed counts no more, cached or not")
    void aRemovedKeyCountsNoMore() throws Exception {
        String token = signed(ec, claims -> claims.expirationTime(at(clock.instant(), Duration.ofMinutes(14))));
        verifier.verify(token);
        publish(JWKS, rsa);
        clock.advance(Duration.ofMinutes(5));

        keys.refresh(tenants, issuers::get);

        refuses(token);
    }

    @Test
    @Tag("case-59")
    @DisplayName("case 59: a flood of unknown key ids makes one fetch a minute, for that tenant only")
    void aFloodOfKeyIdsIsOneFetchAMinute() throws Exception {
        clock.advance(Duration.ofMinutes(2));
        int before = fetches.get();

        for (int i = 0; i < 1000; i++) {
            refuses(sign(header(JWSAlgorithm.ES256, "kid-" + i), claims().build(), new ECDSASigner(ec)));
        }

        assertThat(fetches).hasValue(before + 1);
        clock.advance(Duration.ofMinutes(1));
        refuses(sign(header(JWSAlgorithm.ES256, "one-more"), claims().build(), new ECDSASigner(ec)));
        assertThat(fetches).hasValue(before + 2);
    }

    @Test
    @Tag("case-59")
    @DisplayName("case 59: a new key is found by the first token that has it")
    void findsANewKey() throws Exception {
        ECKey next = new ECKeyGenerator(Curve.P_256).keyID("ec-2").generate();
        publish(JWKS, ec, next);
        clock.advance(Duration.ofMinutes(2));
        String token = signed(next, claims -> claims);

        refuses(token);
        assertThat(verifier.verify(token)).isNotNull();
    }

    @Test
    @Tag("case-59")
    @DisplayName("case 59: while keys were never had, the answer is to try again; other tenants do not notice")
    void unknownKeysAreNoVerdict() throws Exception {
        URI down = URI.create("https://down.example.com/jwks");
        issuers.put(
                BETA, List.of(OutsideIssuer.of("https://down.example.com", down, "b", SubjectMapping.byName("sub"))));
        keys.refresh(tenants, issuers::get);
        String token =
                signed(ec, claims -> claims.issuer("https://down.example.com").audience("b"));

        assertRefused(Refusal.UNAVAILABLE, () -> verifier.verify(token));
        assertThat(verifier.verify(signed(ec, claims -> claims))).isNotNull();
    }

    @Test
    @Tag("case-61")
    @DisplayName("case 61: a token that was accepted, and is remembered, is revoked by its jti")
    void canBeRevokedWhileItIsRemembered() throws Exception {
        RevocationList revocations = RevocationList.empty();
        String token = signed(ec, claims -> claims.jwtID("stolen"));
        revocations.require(verifier.check(token).evidence());

        revocations.apply(new Revocation(
                RevocationKey.ofIssuer(RevocationKind.JTI, ACME, "stolen"),
                Revocation.ALWAYS,
                "r-1",
                "lost",
                "operator",
                clock.instant(),
                1));

        assertRefused(
                Refusal.REVOKED, () -> revocations.require(verifier.check(token).evidence()));
    }

    @Test
    void anIssuerThatIsTakenOutCountsNoMore() throws Exception {
        String token = signed(ec, claims -> claims);
        verifier.verify(token);

        issuers.remove(ACME);

        refuses(token);
    }

    private void replace(UnaryOperator<OutsideIssuer> change) {
        issuers.put(ACME, List.of(change.apply(issuers.get(ACME).get(0))));
    }

    private void publish(URI place, JWK... published) {
        web.put(place, new JWKSet(List.of(published)).toString(true).getBytes(StandardCharsets.UTF_8));
    }

    private CompletionStage<Fetched> fetch(FetchOrder order) {
        fetches.incrementAndGet();
        byte[] body = web.get(URI.create(order.destination().toString()));
        return body == null
                ? CompletableFuture.failedStage(new RefusedException(Refusal.FETCH_FAILED, "down"))
                : CompletableFuture.completedStage(new Fetched(body, Optional.empty()));
    }

    private JWTClaimsSet.Builder claims() {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("planner")
                .claim("client_id", "planner")
                .jwtID(UUID.randomUUID().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)));
    }

    private String signed(ECKey key, UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        return sign(
                header(JWSAlgorithm.ES256, key.getKeyID()),
                change.apply(claims()).build(),
                new ECDSASigner(key));
    }

    private static JWSHeader header(JWSAlgorithm algorithm, String keyId) {
        return new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(keyId)
                .build();
    }

    private static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) throws Exception {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String raw(String header, JWTClaimsSet claims, String signature) {
        return Base64URL.encode(header) + "." + Base64URL.encode(claims.toString()) + "." + signature;
    }

    private static Date at(Instant now, Duration offset) {
        return Date.from(now.plus(offset));
    }

    private void refuses(String token) {
        assertRefused(Refusal.UNAUTHENTICATED, () -> verifier.verify(token));
    }
}
