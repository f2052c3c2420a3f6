package org.dmsc.tenant.pki;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.X509CertUtils;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.tenant.identity.SpiffeId;

/**
 * Signatures beside what they sign (RFC 7515, appendix F), by keys of certificates of this fabric, whose chain is in {@code x5c}: ES256. Nothing
 * else that a header names as a key is looked at.
 */
public final class DetachedJws {

    private DetachedJws() {}

    /** As A2A's cards hold it: both base64url. */
    public record Signature(String protectedHeader, String signature) {}

    /** @param keySet where the key is published, too */
    public static Signature sign(byte[] payload, IssuedIdentity signer, String keySet) {
        try {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .type(JOSEObjectType.JOSE)
                    .keyID(keyId(signer.leaf()))
                    .jwkURL(URI.create(keySet))
                    .x509CertChain(chain(signer))
                    .build();
            Base64URL signature = new ECDSASigner((ECPrivateKey) signer.key())
                    .sign(header, input(header.toBase64URL().toString(), payload));
            return new Signature(header.toBase64URL().toString(), signature.toString());
        } catch (JOSEException e) {
            throw new IllegalStateException("the node's key cannot sign ES256", e);
        }
    }

    /** Who signed, when it is somebody whom the fabric vouches for and these bytes are what was signed. */
    public static Optional<SpiffeId> verify(byte[] payload, Signature given, PeerValidator peers) {
        try {
            JWSHeader header = JWSHeader.parse(new Base64URL(given.protectedHeader()));
            List<Base64> chain = header.getX509CertChain();
            if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())
                    || chain == null
                    || chain.isEmpty()
                    || (header.getCriticalParams() != null
                            && !header.getCriticalParams().isEmpty())) {
                return Optional.empty();
            }
            X509Certificate leaf = X509CertUtils.parse(chain.get(0).decode());
            if (leaf == null || !(leaf.getPublicKey() instanceof ECPublicKey key)) {
                return Optional.empty();
            }
            SpiffeId signer = peers.validate(List.of(leaf));
            ECDSAVerifier verifier = new ECDSAVerifier(key);
            verifier.getJCAContext().setProvider(BouncyCastle.provider());
            return verifier.verify(header, input(given.protectedHeader(), payload), new Base64URL(given.signature()))
                    ? Optional.of(signer)
                    : Optional.empty();
        } catch (ParseException | JOSEException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The signer's key as a JWK Set (RFC 7517). */
    public static String keySet(IssuedIdentity signer) {
        ECKey key = new ECKey.Builder(Curve.P_256, (ECPublicKey) signer.leaf().getPublicKey())
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES256)
                .keyID(keyId(signer.leaf()))
                .x509CertChain(chain(signer))
                .build();
        return new JWKSet(key).toString();
    }

    /** What signatures name a key by: SHA-256 of its certificate. */
    public static String keyId(X509Certificate certificate) {
        try {
            return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()))
                    .toString();
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("every Java has SHA-256, and a certificate its encoding", e);
        }
    }

    private static byte[] input(String header, byte[] payload) {
        return (header + "." + Base64URL.encode(payload)).getBytes(StandardCharsets.US_ASCII);
    }

    private static List<Base64> chain(IssuedIdentity signer) {
        List<Base64> encoded = new ArrayList<>();
        try {
            for (X509Certificate certificate : signer.chain()) {
                encoded.add(Base64.encode(certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate has its encoding", e);
        }
        return encoded;
    }
}
