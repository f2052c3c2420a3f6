package org.dmsc.tenant.dpop;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.util.Date;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** A client with a key, that makes proofs: good ones, and any other. */
final class Prover {

    static final String TARGET = "https://acme.fabric.localhost:8443/message:send";

    final JWK key;
    private final JWSSigner signer;
    private final JWSAlgorithm algorithm;
    private final Clock clock;

    private Prover(JWK key, JWSSigner signer, JWSAlgorithm algorithm, Clock clock) {
        this.key = key;
        this.signer = signer;
        this.algorithm = algorithm;
        this.clock = clock;
    }

    static Prover ec(Clock clock) throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        return new Prover(key, new ECDSASigner(key), JWSAlgorithm.ES256, clock);
    }

    static Prover rsa(RSAKey key, JWSAlgorithm algorithm, Clock clock) throws JOSEException {
        return new Prover(key, new RSASSASigner(key), algorithm, clock);
    }

    String thumbprint() throws JOSEException {
        return key.computeThumbprint().toString();
    }

    JWTClaimsSet.Builder claims(String nonce) {
        return new JWTClaimsSet.Builder()
                .jwtID(UUID.randomUUID().toString())
                .claim("htm", "POST")
                .claim("htu", TARGET)
                .claim("nonce", nonce)
                .issueTime(Date.from(clock.instant()));
    }

    JWSHeader.Builder header() {
        return new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK());
    }

    String proof(String nonce, UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
        return sign(header().build(), change.apply(claims(nonce)).build());
    }

    String headed(String nonce, UnaryOperator<JWSHeader.Builder> change) throws JOSEException {
        return sign(change.apply(header()).build(), claims(nonce).build());
    }

    String sign(JWSHeader header, JWTClaimsSet claims) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(signer);
        return jwt.serialize();
    }
}
