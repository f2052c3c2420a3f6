package org.dmsc.tenant.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.SpiffeId;

/** What a leaf must be (X509-SVID 5.2 and security.md 2.1), beside what path validation checks. Pure. */
final class LeafProfile {

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;
    private static final Set<Integer> KNOWN_NAMES = Set.of(DNS, URI, IP);

    private LeafProfile() {}

    /** On which side of TLS the leaf's owner is. */
    enum Side {
        CLIENT("1.3.6.1.5.5.7.3.2"),
        SERVER("1.3.6.1.5.5.7.3.1");

        private final String keyPurpose;

        Side(String keyPurpose) {
            this.keyPurpose = keyPurpose;
        }
    }

    /** The leaf's one SPIFFE id, after all other checks of the leaf alone. */
    static SpiffeId identity(X509Certificate leaf, Side side) {
        try {
            require(leaf.getVersion() == 3, "is of version " + leaf.getVersion() + " (expected 3)");
            require(!leaf.getSubjectX500Principal().getName().isEmpty(), "has an empty subject (expected O=<tenant>)");
            require(leaf.getBasicConstraints() == -1, "is a CA (expected a leaf)");
            requireUsage(leaf);
            List<String> purposes = leaf.getExtendedKeyUsage();
            require(
                    purposes != null && purposes.contains(side.keyPurpose),
                    "may not be used as TLS " + side + " (expected extended key usage " + side.keyPurpose + ")");
            return onlyUri(leaf.getSubjectAlternativeNames());
        } catch (CertificateParsingException e) {
            throw refused("cannot be read: " + e.getMessage());
        }
    }

    private static void requireUsage(X509Certificate leaf) {
        boolean[] usage = leaf.getKeyUsage();
        require(usage != null && usage[DIGITAL_SIGNATURE], "may not sign (expected key usage digitalSignature)");
        require(usage != null && !usage[KEY_CERT_SIGN] && !usage[CRL_SIGN], "may sign certificates (expected a leaf)");
    }

    private static SpiffeId onlyUri(Collection<List<?>> names) {
        require(names != null, "has no subject alternative name (expected one SPIFFE id)");
        List<String> uris = (names == null ? List.<List<?>>of() : names)
                .stream()
                        .filter(name -> name.get(0).equals(URI))
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
        require(uris.size() == 1, "has " + uris.size() + " URIs (expected exactly one, its SPIFFE id)");
        require(
                names != null && names.stream().allMatch(name -> KNOWN_NAMES.contains(name.get(0))),
                "has names that are neither URI nor DNS nor IP");
        return SpiffeId.parse(uris.get(0));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw refused(otherwise);
        }
    }

    private static RefusedException refused(String why) {
        return new RefusedException(Refusal.UNAUTHENTICATED, "certificate " + why);
    }
}
