package org.dmsc.tenant.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** Under which names and addresses a node is reached. */
public record NodeNames(List<String> dns, List<String> addresses) {

    /** Of something that nobody calls. */
    public static final NodeNames NONE = new NodeNames(List.of(), List.of());

    public NodeNames {
        dns = List.copyOf(dns);
        addresses = List.copyOf(addresses);
    }

    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    /** Those of a certificate. */
    public static NodeNames of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            Collection<List<?>> given = names == null ? List.of() : names;
            return new NodeNames(of(given, DNS), of(given, ADDRESS));
        } catch (CertificateParsingException e) {
            return NONE;
        }
    }

    private static List<String> of(Collection<List<?>> names, int type) {
        return names.stream()
                .filter(name -> name.get(0).equals(type))
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }
}
