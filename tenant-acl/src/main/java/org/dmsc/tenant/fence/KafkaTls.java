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

    private Optional<KafkaIdentity> identity = Optional.empty();

    @Override
    public void configure(Map<String, ?> configs) {
        identity = Optional.of(KafkaIdentity.named(String.valueOf(configs.get(KafkaIdentity.PROPERTY))));
    }

    @Override
    public SSLEngine createClientSslEngine(String peerHost, int peerPort, @Nullable String endpointIdentification) {
        return identity.orElseThrow().engines().client(peerHost, peerPort);
    }

    @Override
    public SSLEngine createServerSslEngine(String peerHost, int peerPort) {
        return identity.orElseThrow().engines().server(peerHost, peerPort);
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
