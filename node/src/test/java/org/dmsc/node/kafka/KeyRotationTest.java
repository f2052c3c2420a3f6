package org.dmsc.node.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.tenant.fence.KafkaIdentity;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The certificates of a running broker and of its clients are exchanged while records are written: real broker, real sockets. */
@Timeout(300)
final class KeyRotationTest {

    private static final String TOPIC = "rotated";
    private static final char[] NONE = new char[0];

    @TempDir
    Path folder;

    @Test
    @DisplayName("case 23: broker's and client's certificates renewed 3 times under load: no failed record")
    void renewsUnderLoad() throws Exception {
        rotate(3);
    }

    @Test
    @Tag("long")
    @DisplayName("case 23: broker's and client's certificates renewed 200 times under load: no failed record")
    void renewsTwoHundredTimesUnderLoad() throws Exception {
        rotate(200);
    }

    private void rotate(int times) throws Exception {
        FabricPki pki = FabricPki.openOrCreate(
                folder.resolve("pki"), FabricDomain.DEFAULT, Clock.systemUTC(), new SecureRandom());
        AtomicReference<IssuedIdentity> broker = new AtomicReference<>(broker(pki));
        AtomicReference<IssuedIdentity> client = new AtomicReference<>(client(pki));
        try (KafkaIdentity server = KafkaIdentity.open(broker::get, pki.root(), FabricDomain.DEFAULT);
                KafkaIdentity shown = KafkaIdentity.open(client::get, pki.root(), FabricDomain.DEFAULT);
                EmbeddedKafka kafka = new EmbeddedKafka(new BrokerSettings(
                        folder.resolve("kafka"), "127.0.0.1", 0, Optional.of(BrokerTls.of(server))))) {
            kafka.start();
            Map<String, Object> settings = new HashMap<>(shown.properties());
            settings.put("bootstrap.servers", kafka.bootstrapServers());
            settings.put("retries", 0);
            try (Admin admin = Admin.create(settings)) {
                admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            }
            try (KafkaProducer<String, String> standing = producer(settings)) {
                long written = 0;
                for (int i = 0; i < times; i++) {
                    broker.set(broker(pki));
                    client.set(client(pki));
                    assertThat(brokerOf(kafka.bootstrapServers(), pki))
                            .isEqualTo(broker.get().leaf());
                    written = write(standing);
                    try (KafkaProducer<String, String> fresh = producer(settings)) {
                        written = write(fresh);
                    }
                }
                assertThat(written).isEqualTo(2L * times - 1);
            }
            System.out.println("Kafka's certificates: " + times + " renewals, " + 2 * times + " records, 0 failed");
        }
    }

    private static long write(KafkaProducer<String, String> producer) throws Exception {
        return producer.send(new ProducerRecord<>(TOPIC, "text"))
                .get(30, TimeUnit.SECONDS)
                .offset();
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static IssuedIdentity broker(FabricPki pki) {
        return pki.issueNode("broker", "b", List.of("localhost"), List.of("127.0.0.1"), Duration.ofHours(1));
    }

    private static IssuedIdentity client(FabricPki pki) {
        return pki.issueOperator("root", Duration.ofHours(1));
    }

    /** What the broker shows to a stranger who connects now. */
    private static X509Certificate brokerOf(String bootstrap, FabricPki pki) throws Exception {
        KeyStore anchor = KeyStore.getInstance("PKCS12");
        anchor.load(null, null);
        anchor.setCertificateEntry("root", pki.root());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchor);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(client(pki).keyStore(NONE), NONE);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        String[] at = bootstrap.split(":");
        try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(at[0], Integer.parseInt(at[1]))) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
