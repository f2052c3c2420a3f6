package org.dmsc.node.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.NoSuchElementException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.PemFiles;

/** A certificate and its key as {@code dmsc agent add} and the node's operator folder hold them, made into a TLS context. */
final class Identity {

    static final String CERTIFICATE = "agent.cert.pem";
    static final String KEY = "agent.key.pem";
    static final String ROOT = "ca.pem";
    static final String TOKEN = "token";

    private Identity() {}

    /** TLS as this identity, trusting the fabric's root only. */
    static SSLContext read(Path folder) {
        try {
            KeyManagerFactory keys = PemFiles.identity(folder.resolve(CERTIFICATE), folder.resolve(KEY));
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys.getKeyManagers(), PemFiles.trust(folder.resolve(ROOT)).getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new NodeException(
                    ExitCode.USAGE,
                    "credentials in " + folder + ": " + e + " (expected " + CERTIFICATE + ", " + KEY + " and " + ROOT
                            + ", as 'dmsc agent add' writes them)",
                    e);
        }
    }

    /** TLS that shows nothing and trusts the certificate of this file only. */
    static SSLContext trusting(Path root) {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(null, PemFiles.trust(root).getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw unreadable(root, e);
        }
    }

    /** The first certificate of a file. */
    static X509Certificate certificate(Path file) {
        try {
            return (X509Certificate) PemFiles.certificates(file).iterator().next();
        } catch (IOException | GeneralSecurityException | NoSuchElementException e) {
            throw unreadable(file, e);
        }
    }

    private static NodeException unreadable(Path file, Exception cause) {
        return new NodeException(
                ExitCode.USAGE, file + ": " + cause + " (expected the PEM of the fabric's root, its ca.pem)", cause);
    }
}
