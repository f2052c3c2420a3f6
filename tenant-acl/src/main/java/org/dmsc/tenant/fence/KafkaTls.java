package org.dmsc.tenant.fence;

import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.jspecify.annotations.Nullable;

/** Makes the TLS engines of Kafka's connections from a {@link KafkaIdentity}: TLS 1.3 on both sides. Kafka makes it by its name, hence public. */
public final class KafkaTls implements SslEngineFactory {

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    /** All that TLS 1.3 has in the JDK; the one that is fastest at the same strength for us first. */
    private static final String[] SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private Optional<KafkaIdentity> identity = Optional.empty();

    @Override
    public void configure(Map<String, ?> configs) {
        identity = Optional.of(KafkaIdentity.named(String.valueOf(configs.get(KafkaIdentity.PROPERTY))));
    }

    @Override
    public SSLEngine createClientSslEngine(String peerHost, int peerPort, @Nullable String endpointIdentification) {
        SSLEngine engine = identity.orElseThrow().context().createSSLEngine(peerHost, peerPort);
        engine.setUseClientMode(true);
        return only13(engine);
    }

    @Override
    public SSLEngine createServerSslEngine(String peerHost, int peerPort) {
        SSLEngine engine = identity.orElseThrow().context().createSSLEngine(peerHost, peerPort);
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return only13(engine);
    }

    private static SSLEngine only13(SSLEngine engine) {
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setEnabledCipherSuites(SUITES);
        return engine;
    }

    /** Never: each engine has the certificate of its moment. */
    @Override
    public boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
        return false;
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return Set.of();
    }

    @Override
    public @Nullable KeyStore keystore() {
        return null;
    }

    @Override
    public @Nullable KeyStore truststore() {
        return null;
    }

    @Override
    public void close() {}
}
