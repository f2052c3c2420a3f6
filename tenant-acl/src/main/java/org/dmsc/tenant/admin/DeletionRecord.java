package org.dmsc.tenant.admin;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.util.Base64;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * The signed statement that a tenant was offboarded: a compact JWS (RFC 7515), ES256, by the node that did it, whose chain is in {@code x5c}:
 * anybody with the fabric's root certificate can verify it.
 */
final class DeletionRecord {

    private static final JOSEObjectType TYPE = new JOSEObjectType("dmsc-deletion+jws");

    private DeletionRecord() {}

    static String sign(Map<String, Object> statement, IssuedIdentity signer) {
        try {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .type(TYPE)
                    .x509CertChain(chain(signer.chain()))
                    .build();
            JWSObject signed = new JWSObject(header, new Payload(statement));
            signed.sign(new ECDSASigner((ECPrivateKey) signer.key()));
            return signed.serialize();
        } catch (JOSEException | CertificateEncodingException e) {
            throw new IllegalStateException("the node's key cannot sign ES256", e);
        }
    }

    private static List<Base64> chain(List<X509Certificate> chain) throws CertificateEncodingException {
        List<Base64> encoded = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            encoded.add(Base64.encode(certificate.getEncoded()));
        }
        return encoded;
    }
}
