package org.dmsc.tenant.pki;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;

/** What an issuing CA's certificate says about whose it is. */
final class CaProfile {

    private CaProfile() {}

    /**
     * Whether the leaf's authority key identifier is that of the CA, or is missing. A tenant has several CAs of one name while it rotates:
     * this spares the signatures of the others.
     */
    static boolean mayHaveIssued(X509Certificate ca, X509Certificate leaf) {
        byte[] wanted = leaf.getExtensionValue(Extension.authorityKeyIdentifier.getId());
        byte[] has = ca.getExtensionValue(Extension.subjectKeyIdentifier.getId());
        if (wanted == null || has == null) {
            return true;
        }
        try {
            byte[] id = AuthorityKeyIdentifier.getInstance(JcaX509ExtensionUtils.parseExtensionValue(wanted))
                    .getKeyIdentifierOctets();
            return id == null
                    || Arrays.equals(
                            id,
                            SubjectKeyIdentifier.getInstance(JcaX509ExtensionUtils.parseExtensionValue(has))
                                    .getKeyIdentifier());
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The one host that a CA's name constraints permit in URIs: its tenant's or the platform's trust domain. Empty for any other CA. */
    static Optional<String> host(X509Certificate ca) {
        byte[] extension = ca.getExtensionValue(Extension.nameConstraints.getId());
        if (extension == null || ca.getBasicConstraints() != 0) {
            return Optional.empty();
        }
        try {
            NameConstraints constraints =
                    NameConstraints.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension));
            GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
            List<String> hosts = Stream.of(permitted == null ? new GeneralSubtree[0] : permitted)
                    .map(GeneralSubtree::getBase)
                    .filter(base -> base.getTagNo() == GeneralName.uniformResourceIdentifier)
                    .map(base -> base.getName().toString())
                    .toList();
            return hosts.size() == 1 ? Optional.of(hosts.get(0)) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
