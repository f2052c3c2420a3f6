package org.dmsc.tenant.fence;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
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
    private Optional<Shown> shown = Optional.empty();

    private record Shown(IssuedIdentity identity, SSLContext context) {}

    private KafkaIdentity(Supplier<IssuedIdentity> identity, KafkaPeers peers) {
        this.identity = identity;
        this.peers = peers;
    }

    /**
     * Opens an identity.
     *
     * @param identity gives the certificate to show now; called for each connection
     * @param root the only trust anchor
     */
    public static KafkaIdentity open(Supplier<IssuedIdentity> identity, X509Certificate root, FabricDomain domain) {
        KafkaIdentity opened = new KafkaIdentity(identity, new KafkaPeers(root, domain));
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
    synchronized SSLContext context() {
        IssuedIdentity now = identity.get();
        if (shown.isPresent() && shown.get().identity().equals(now)) {
            return shown.get().context();
        }
        SSLContext made = make(now);
        shown = Optional.of(new Shown(now, made));
        return made;
    }

    private SSLContext make(IssuedIdentity now) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {new OneKey(now)}, new TrustManager[] {peers}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS 1.3: this JVM does not have it (expected Java 17 or newer)", e);
        }
    }

    @Override
    public void close() {
        KNOWN.remove(name);
    }
}
