package org.dmsc.bridge.mqtt.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * The broker's key and trust stores as files, because HiveMQ takes nothing else. It reads them again within ten seconds of a change, so a
 * change is one atomic rename. Readable by the owner only; the password is made anew at each start.
 */
final class KeyFiles {

    private static final int PASSWORD_BYTES = 24;

    private final Path folder;
    private final String password;

    KeyFiles(Path folder, SecureRandom random) {
        byte[] secret = new byte[PASSWORD_BYTES];
        random.nextBytes(secret);
        this.folder = folder;
        this.password = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    Path identity() {
        return folder.resolve("identity.p12");
    }

    Path trust() {
        return folder.resolve("trust.p12");
    }

    String password() {
        return password;
    }

    void writeIdentity(IssuedIdentity identity) {
        write(identity(), identity.keyStore(password.toCharArray()));
    }

    void writeTrust(Collection<X509Certificate> authorities) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (X509Certificate authority : authorities) {
                store.setCertificateEntry("ca-" + number++, authority);
            }
            write(trust(), store);
        } catch (IOException | GeneralSecurityException e) {
            throw new BrokerException("cannot write " + trust() + ": " + e.getMessage(), e);
        }
    }

    /** A folder or an empty file that only its owner may look into. */
    static void ownerOnly(Path path) {
        try {
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        } catch (UnsupportedOperationException e) {
            // Not a POSIX file system: the folder's own protection is all there is.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path target, KeyStore store) {
        try {
            Path written = Files.createTempFile(folder, target.getFileName().toString(), ".new");
            ownerOnly(written);
            try (OutputStream out = Files.newOutputStream(written)) {
                store.store(out, password.toCharArray());
            }
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | GeneralSecurityException e) {
            throw new BrokerException("cannot write " + target + ": " + e.getMessage(), e);
        }
    }
}
