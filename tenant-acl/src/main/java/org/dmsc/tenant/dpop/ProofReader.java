package org.dmsc.tenant.dpop;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.token.SignatureCheck;
import org.dmsc.tenant.token.SigningAlgorithm;

/** Reads a proof and checks what it says of itself (RFC 9449 4.3, checks 2 to 7, 10 and 11). Pure: time and nonces are given. */
final class ProofReader {

    /** A clock of a client may be wrong by so much in either direction. */
    static final Duration WINDOW = Duration.ofSeconds(30);

    /** PKCS#1 v1.5 has no place in something new. */
    static final List<SigningAlgorithm> ALGORITHMS =
            List.of(SigningAlgorithm.ES256, SigningAlgorithm.EDDSA, SigningAlgorithm.PS256);

    private static final String TYPE = "dpop+jwt";
    /** One with an RSA key of 4096 bits has 2,000. */
    private static final int MOST_CHARACTERS = 4 * 1024;

    private static final int LONGEST_ID = 256;
    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 4096;
    /** F4: a long exponent makes a check as slow as its sender likes. */
    private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);

    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private ProofReader() {}

    /**
     * What a proof says. The nonce is looked at before the signature: making one up costs us nothing.
     *
     * @throws RefusedException DPOP_INVALID; DPOP_NONCE when only the nonce is missing or not one of these
     */
    static DpopProof read(String proof, Nonces nonces, Instant now) {
        require(proof.length() <= MOST_CHARACTERS, "is longer than " + MOST_CHARACTERS + " characters");
        require(COMPACT.matcher(proof).matches(), "is not of three base64url parts with dots between them");
        try {
            SignedJWT jwt = SignedJWT.parse(proof);
            SigningAlgorithm algorithm = algorithm(jwt.getHeader());
            JWK key = key(jwt.getHeader());
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            Instant issuedAt = requireTimes(claims, now);
            DpopProof read = new DpopProof(
                    key.computeThumbprint().toString(),
                    id(claims),
                    issuedAt,
                    text(claims, "htm"),
                    text(claims, "htu"),
                    Optional.ofNullable(claims.getStringClaim("ath")),
                    renew(claims, nonces, now));
            require(SignatureCheck.holds(jwt, algorithm, key), "is not signed by the key that it shows");
            return read;
        } catch (RefusedException e) {
            throw e;
        } catch (ParseException | JOSEException | RuntimeException e) {
            throw refused("cannot be read");
        }
    }

    private static SigningAlgorithm algorithm(JWSHeader header) {
        Optional<SigningAlgorithm> algorithm =
                SigningAlgorithm.find(header.getAlgorithm().getName()).filter(ALGORITHMS::contains);
        require(algorithm.isPresent(), "has another algorithm than " + ALGORITHMS);
        require(
                header.getType() != null
                        && TYPE.equalsIgnoreCase(header.getType().getType()),
                "has another type than " + TYPE);
        require(
                header.getCriticalParams() == null || header.getCriticalParams().isEmpty(),
                "has critical parameters that are not understood");
        require(header.isBase64URLEncodePayload(), "has a payload that is not base64url");
        return algorithm.orElseThrow();
    }

    /** The public key in the header, and nowhere else: nothing is fetched because a proof says so. */
    private static JWK key(JWSHeader header) {
        JWK key = header.getJWK();
        require(
                header.getJWKURL() == null && header.getX509CertURL() == null && header.getX509CertChain() == null,
                "has its key in another place than jwk");
        require(key != null, "has no jwk");
        require(!key.isPrivate(), "shows a private key; it is known now, make another");
        require(
                key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE),
                "has a key that is not for signatures");
        require(isUsable(key), "has another key than one on P-256 or Ed25519, or of RSA with 2048 to 4096 bits");
        return key;
    }

    private static boolean isUsable(JWK key) {
        if (key instanceof RSAKey rsa) {
            return rsa.size() >= LEAST_RSA_BITS
                    && rsa.size() <= MOST_RSA_BITS
                    && EXPONENT.equals(rsa.getPublicExponent().decodeToBigInteger());
        }
        return (key instanceof ECKey ec && ec.getCurve().equals(Curve.P_256))
                || (key instanceof OctetKeyPair pair && pair.getCurve().equals(Curve.Ed25519));
    }

    private static String id(JWTClaimsSet claims) {
        String id = claims.getJWTID();
        require(
                id != null && !id.isBlank() && id.length() <= LONGEST_ID,
                "has no jti of 1 to " + LONGEST_ID + " characters");
        return id;
    }

    private static Instant requireTimes(JWTClaimsSet claims, Instant now) {
        Date issued = claims.getIssueTime();
        require(issued != null, "has no iat");
        Instant at = issued.toInstant();
        require(!at.isBefore(now.minus(WINDOW)), "was made at " + at + ", which is too long ago; now is " + now);
        require(!at.isAfter(now.plus(WINDOW)), "was made at " + at + ", which is in the future; now is " + now);
        Date expires = claims.getExpirationTime();
        require(expires == null || !expires.toInstant().isBefore(now.minus(WINDOW)), "has expired");
        Date notBefore = claims.getNotBeforeTime();
        require(notBefore == null || !notBefore.toInstant().isAfter(now.plus(WINDOW)), "is not valid yet");
        return at;
    }

    private static DpopProof.Renew renew(JWTClaimsSet claims, Nonces nonces, Instant now) throws ParseException {
        String nonce = claims.getStringClaim("nonce");
        switch (nonce == null ? Nonces.Age.UNKNOWN : nonces.age(nonce, now)) {
            case CURRENT:
                return DpopProof.Renew.NO;
            case LAST:
                return DpopProof.Renew.YES;
            case UNKNOWN:
                break;
        }
        throw new RefusedException(
                Refusal.DPOP_NONCE,
                "DPoP proof: "
                        + (nonce == null ? "has no nonce" : "has a nonce that is not one of this gateway's, or too old")
                        + " (expected the value of the header DPoP-Nonce of this answer in a new proof)");
    }

    private static String text(JWTClaimsSet claims, String name) throws ParseException {
        String value = claims.getStringClaim(name);
        require(value != null, "has no " + name);
        return value;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw refused(otherwise);
        }
    }

    static RefusedException refused(String why) {
        return new RefusedException(
                Refusal.DPOP_INVALID,
                "DPoP proof: " + why + " (expected one of RFC 9449 for this request, made within " + WINDOW.toSeconds()
                        + " s and used once)");
    }
}
