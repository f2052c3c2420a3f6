package org.dmsc.tenant.fence;

import java.security.cert.X509Certificate;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.Pem;

/** Settings of Kafka clients that are not the fabric's, as the text of a properties file: with keys in it, so to be kept like a key. */
public final class StockClient {

    private StockClient() {}

    /** TLS 1.3 with this certificate, trusting this root. */
    public static String properties(IssuedIdentity identity, X509Certificate root) {
        return "security.protocol=SSL\n"
                + "ssl.enabled.protocols=TLSv1.3\n"
                + "ssl.keystore.type=PEM\n"
                + "ssl.keystore.certificate.chain=" + oneLine(identity.certificatePem())
                + "ssl.keystore.key=" + oneLine(identity.keyPem())
                + "ssl.truststore.type=PEM\n"
                + "ssl.truststore.certificates=" + oneLine(Pem.of(root));
    }

    /** As properties files have it: a line break is an escape. */
    private static String oneLine(String pem) {
        return pem.strip().replace("\n", "\\n") + "\n";
    }
}
