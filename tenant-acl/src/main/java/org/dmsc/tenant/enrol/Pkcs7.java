package org.dmsc.tenant.enrol;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataGenerator;

/** Certificates without a signature around them, as EST sends them (RFC 7030 4.1.3). */
final class Pkcs7 {

    private Pkcs7() {}

    /** DER, not the BER that the generator makes by itself: stock clients read nothing else. */
    static byte[] certificatesOnly(Collection<X509Certificate> certificates) {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addCertificates(new JcaCertStore(certificates));
            return generator.generate(new CMSAbsentContent()).toASN1Structure().getEncoded("DER");
        } catch (CMSException | IOException | CertificateEncodingException e) {
            throw new IllegalStateException("certificates cannot be encoded", e);
        }
    }
}
