package org.dmsc.node.faults;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/** Makes DPoP proofs (RFC 9449) by hand, with nothing of the fabric's own code. */
final class ProofKey {

    private static final int COORDINATE = 32;

    private final KeyPair pair;

    ProofKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
    }

    /** With a nonce and the hash of a token, where they are not empty. */
    String proof(String method, String uri, String token, String nonce) throws GeneralSecurityException {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        String header = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                + coordinate(key.getW().getAffineX()) + "\",\"y\":\""
                + coordinate(key.getW().getAffineY()) + "\"}}";
        String claims =
                "{\"jti\":\"" + UUID.randomUUID() + "\",\"htm\":\"" + method + "\",\"htu\":\"" + uri + "\",\"iat\":"
                        + Instant.now().getEpochSecond()
                        + (nonce.isEmpty() ? "" : ",\"nonce\":\"" + nonce + "\"")
                        + (token.isEmpty() ? "" : ",\"ath\":\"" + hash(token) + "\"") + "}";
        String signed = encoded(header.getBytes(StandardCharsets.UTF_8)) + "."
                + encoded(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(pair.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + encoded(signature.sign());
    }

    private static String hash(String token) throws GeneralSecurityException {
        return encoded(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String coordinate(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[COORDINATE];
        int used = Math.min(bytes.length, COORDINATE);
        System.arraycopy(bytes, bytes.length - used, fixed, COORDINATE - used, used);
        return encoded(fixed);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
