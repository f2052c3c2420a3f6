package org.dmsc.tenant.pki;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.LeafProfile.Side;

/** {@link PeerValidator} in the shape that TLS asks for. Host names are not looked at: a peer is who its SPIFFE id says. */
final class PeerTrustManager extends X509ExtendedTrustManager {

    private final PeerValidator validator;
    private final Optional<SpiffeId> expected;

    PeerTrustManager(PeerValidator validator, Optional<SpiffeId> expected) {
        super();
        this.validator = validator;
        this.expected = expected;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, Side.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, Side.SERVER);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, Side.CLIENT);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, Side.SERVER);
    }

    /**
     * None, which tells clients that any may do. Servers read this once, when they start: a list would leave out the CAs of tenants that come
     * later, and the JDK's clients show no certificate whose issuer is not listed.
     */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    /** The shape in which TLS engines tell the peer {@code certificate_revoked} and not that something is wrong. */
    private static CertPathValidatorException revoked(RefusedException e) {
        return new CertPathValidatorException(e.sentence(), e, null, -1, BasicReason.REVOKED);
    }

    private void check(X509Certificate[] chain, Side side) throws CertificateException {
        SpiffeId found;
        try {
            found = validator.check(List.of(chain), side).id();
        } catch (RefusedException e) {
            throw new CertificateException(e.sentence(), e.refusal() == Refusal.REVOKED ? revoked(e) : e);
        }
        if (expected.isPresent() && !expected.get().equals(found)) {
            throw new CertificateException("peer is " + found + " (expected " + expected.get() + ")");
        }
    }
}
