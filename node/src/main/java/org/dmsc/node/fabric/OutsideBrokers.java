package org.dmsc.node.fabric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.dmsc.bridge.mqtt.connector.ConnectorSettings;
import org.dmsc.node.config.ConnectorConfig;
import org.dmsc.node.host.PemFiles;

/** Settings of connectors out of the configuration; their files are read at each connect, so that renewed ones count. */
final class OutsideBrokers {

    private OutsideBrokers() {}

    static ConnectorSettings settings(ConnectorConfig config) {
        ConnectorConfig.Files files = config.files();
        Optional<Supplier<SSLContext>> tls =
                config.url().getScheme().equals("ssl") ? Optional.of(() -> tls(files)) : Optional.empty();
        return new ConnectorSettings(
                config.name(),
                config.url(),
                config.version(),
                config.clientId(),
                config.topics(),
                config.agents(),
                config.exposed(),
                config.pools(),
                new ConnectorSettings.Login(tls, files.user(), files.password().map(file -> () -> password(file))),
                config.session(),
                config.receiveMaximum());
    }

    private static SSLContext tls(ConnectorConfig.Files files) {
        try {
            TrustManager[] trust =
                    files.ca().isPresent() ? PemFiles.trust(files.ca().get()).getTrustManagers() : null;
            KeyManager[] keys = files.certificate().isPresent()
                    ? PemFiles.identity(files.certificate().get(), files.key().orElseThrow())
                            .getKeyManagers()
                    : null;
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys, trust, null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("certificates of the connector cannot be used: " + e, e);
        }
    }

    private static String password(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalStateException("password of the connector cannot be read: " + e, e);
        }
    }
}
