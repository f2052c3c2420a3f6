package org.dmsc.tenant.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.dmsc.tenant.pki.BouncyCastle;

/** Checks a signature by the key and the algorithm that the issuer is known for; an algorithm and a key of different kinds never fit. */
public final class SignatureCheck {

    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 8192;

    private SignatureCheck() {}

    /** What was signed, and by what. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, compared by nobody
    public record Signed(JWSHeader header, byte[] input, Base64URL signature) {}

    /** Whether the key is of a kind that one of {@link SigningAlgorithm} takes, and for signatures. */
    public static boolean isUsable(JWK key) {
        if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
            return false;
        }
        if (key instanceof RSAKey rsa) {
            return rsa.size() >= LEAST_RSA_BITS && rsa.size() <= MOST_RSA_BITS;
        }
        return (key instanceof ECKey ec && ec.getCurve().equals(Curve.P_256))
                || (key instanceof OctetKeyPair pair && pair.getCurve().equals(Curve.Ed25519));
    }

    /** Whether that key signed it by that algorithm. */
    public static boolean holds(SignedJWT jwt, SigningAlgorithm algorithm, JWK key) throws JOSEException {
        return holds(new Signed(jwt.getHeader(), jwt.getSigningInput(), jwt.getSignature()), algorithm, key);
    }

    /**
     * Whether the signature is this key's.
     *
     * @throws JOSEException when it cannot be one
     */
    public static boolean holds(Signed signed, SigningAlgorithm algorithm, JWK key) throws JOSEException {
        if (key.getAlgorithm() != null && !key.getAlgorithm().getName().equals(algorithm.value())) {
            return false;
        }
        switch (algorithm) {
            case ES256:
                return key instanceof ECKey ec && ecdsa(signed, ec);
            case EDDSA:
                return key instanceof OctetKeyPair pair && edDsa(signed, pair);
            case PS256:
            case RS256:
                return key instanceof RSAKey rsa && verified(signed, new RSASSAVerifier(rsa));
        }
        throw new IllegalStateException("unknown algorithm: " + algorithm);
    }

    /** By BouncyCastle, whose P-256 is eight times as fast as that of Java 17. */
    private static boolean ecdsa(Signed signed, ECKey key) throws JOSEException {
        ECDSAVerifier verifier = new ECDSAVerifier(key);
        verifier.getJCAContext().setProvider(BouncyCastle.provider());
        return verified(signed, verifier);
    }

    private static boolean verified(Signed signed, JWSVerifier verifier) throws JOSEException {
        return verifier.verify(signed.header(), signed.input(), signed.signature());
    }

    /** Nimbus' own verifier needs a further library. */
    private static boolean edDsa(Signed signed, OctetKeyPair key) {
        try {
            SubjectPublicKeyInfo info = new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), key.getDecodedX());
            PublicKey publicKey = KeyFactory.getInstance("Ed25519", BouncyCastle.provider())
                    .generatePublic(new X509EncodedKeySpec(info.getEncoded()));
            Signature signature = Signature.getInstance("Ed25519", BouncyCastle.provider());
            signature.initVerify(publicKey);
            signature.update(signed.input());
            return signature.verify(signed.signature().decode());
        } catch (GeneralSecurityException | java.io.IOException e) {
            return false;
        }
    }
}
