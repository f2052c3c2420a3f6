package org.dmsc.tenant.peers;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.jspecify.annotations.Nullable;

/** TLS 1.3 that shows, with each new connection, the certificate that the node has then. */
public final class NodeTls {

    private NodeTls() {}

    /** Of one side: it shows that identity, and those trust managers judge the other side. */
    public static SSLContext context(Supplier<IssuedIdentity> identity, X509ExtendedTrustManager peers) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {new NowKey(identity)}, new TrustManager[] {peers}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS 1.3: this JVM does not have it (expected Java 17 or newer)", e);
        }
    }

    /** The serial number is the alias, so that key and chain are of one certificate although they are asked for one after the other. */
    private static final class NowKey extends X509ExtendedKeyManager {

        private static final String ALGORITHM = "EC";

        private final Supplier<IssuedIdentity> identity;
        private volatile IssuedIdentity last;
        private volatile IssuedIdentity before;

        NowKey(Supplier<IssuedIdentity> identity) {
            super();
            this.identity = identity;
            this.last = identity.get();
            this.before = last;
        }

        private @Nullable String alias(String... keyTypes) {
            return Arrays.asList(keyTypes).contains(ALGORITHM) ? serial(now()) : null;
        }

        private synchronized IssuedIdentity now() {
            IssuedIdentity now = identity.get();
            if (!now.equals(last)) {
                before = last;
                last = now;
            }
            return now;
        }

        /** The one before is still looked for by handshakes that began with it. */
        private Optional<IssuedIdentity> chosen(String alias) {
            return Stream.of(last, before)
                    .filter(known -> serial(known).equals(alias))
                    .findFirst();
        }

        private static String serial(IssuedIdentity identity) {
            return identity.leaf().getSerialNumber().toString(16);
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
            return alias(keyTypes);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            return alias(keyType);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(keyTypes);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(keyType);
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {serial(now())};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {serial(now())};
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return chosen(alias)
                    .map(known -> known.chain().toArray(new X509Certificate[0]))
                    .orElse(null);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return chosen(alias).map(IssuedIdentity::key).orElse(null);
        }
    }
}
