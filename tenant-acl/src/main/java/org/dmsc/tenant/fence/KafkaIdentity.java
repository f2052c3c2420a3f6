package org.dmsc.tenant.fence;

import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * An identity of this process for TLS with Kafka, as a client or as the broker. It asks for the certificate at each new connection: a renewed
 * one is used from then on, connections that stand keep the old one. Keys stay in memory. Thread-safe.
 */
public final class KafkaIdentity implements AutoCloseable {

    /** Client and broker property: the name of an identity of this process. */
    static final String PROPERTY = "dmsc.kafka.identity";

    /**
     * Kafka makes its parts by their class names and turns what it is configured with into text: an object can only be handed to it through a
     * table that both sides know. Hence this one static map; entries live as long as their identity.
     */
    private static final Map<String, KafkaIdentity> KNOWN = new ConcurrentHashMap<>();

    private final String name = UUID.randomUUID().toString();
    private final Supplier<IssuedIdentity> identity;
    private final KafkaPeers peers;
    private final BiFunction<IssuedIdentity, KafkaPeers, TlsEngines> maker;
    private Optional<Shown> shown = Optional.empty();

    private record Shown(IssuedIdentity identity, TlsEngines engines) {}

    private KafkaIdentity(
            Supplier<IssuedIdentity> identity,
            KafkaPeers peers,
            BiFunction<IssuedIdentity, KafkaPeers, TlsEngines> maker) {
        this.identity = identity;
        this.peers = peers;
        this.maker = maker;
    }

    /**
     * Opens an identity.
     *
     * @param identity gives the certificate to show now; called for each connection
     * @param root the only trust anchor
     */
    public static KafkaIdentity open(Supplier<IssuedIdentity> identity, X509Certificate root, FabricDomain domain) {
        return open(identity, root, domain, TlsEngines::of);
    }

    /** The same with engines of one kind. */
    static KafkaIdentity open(
            Supplier<IssuedIdentity> identity,
            X509Certificate root,
            FabricDomain domain,
            BiFunction<IssuedIdentity, KafkaPeers, TlsEngines> maker) {
        KafkaIdentity opened = new KafkaIdentity(identity, new KafkaPeers(root, domain), maker);
        KNOWN.put(opened.name, opened);
        return opened;
    }

    static KafkaIdentity named(String name) {
        KafkaIdentity found = KNOWN.get(name);
        if (found == null) {
            throw new IllegalStateException(
                    PROPERTY + ": '" + name + "' (expected an identity that this process has opened and not closed)");
        }
        return found;
    }

    /** Properties for Kafka clients and brokers, beside those that say where to connect or listen. */
    public Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("security.protocol", "SSL");
        properties.put("ssl.engine.factory.class", KafkaTls.class.getName());
        properties.put(PROPERTY, name);
        return properties;
    }

    /** TLS 1.3 with the certificate of now. */
    synchronized TlsEngines engines() {
        IssuedIdentity now = identity.get();
        if (shown.isPresent() && shown.get().identity().equals(now)) {
            return shown.get().engines();
        }
        TlsEngines made = maker.apply(now, peers);
        shown = Optional.of(new Shown(now, made));
        return made;
    }

    @Override
    public void close() {
        KNOWN.remove(name);
    }
}
