package org.dmsc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.mqtt.broker.BrokerSettings;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic;
import org.dmsc.bridge.mqtt.broker.EmbeddedBroker;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.Knock;
import org.dmsc.bridge.mqtt.broker.PublishVerdict;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.Pem;

/** The same HiveMQ as the MQTT edge's, in a process of its own: it acknowledges each publish at once and forgets it. What the edge is compared to. */
final class AtOnceBroker {

    private static final int MOST_PACKET = 10 * 1024 * 1024;
    private static final int MOST_CLIENTS = 10_000;

    private AtOnceBroker() {}

    /** Folder to work in, and the PEM file of authorities whose clients may connect; ends with its standard input. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        SecureRandom random = new SecureRandom();
        FabricPki pki = FabricPki.openOrCreate(folder.resolve("pki"), FabricDomain.DEFAULT, Clock.systemUTC(), random);
        List<X509Certificate> trusted = new ArrayList<>(Pem.certificates(Files.readString(Path.of(args[1]))));
        trusted.add(pki.root());
        BrokerSettings settings = new BrokerSettings("127.0.0.1", 0, folder.resolve("mqtt"), MOST_PACKET, MOST_CLIENTS);
        try (EmbeddedBroker broker = new EmbeddedBroker(settings, new AtOnce(), random)) {
            broker.start(
                    pki.issueNode("gateway", "at-once", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)),
                    trusted);
            Files.writeString(folder.resolve("ca.pem"), Pem.of(pki.root()));
            Path written = Files.writeString(folder.resolve("port.new"), String.valueOf(broker.port()));
            Files.move(written, folder.resolve("port"), StandardCopyOption.ATOMIC_MOVE);
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    /** Everybody may do everything. */
    private static final class AtOnce implements DeviceTraffic {

        private static final PublishVerdict TAKEN = new PublishVerdict.Taken(CompletableFuture.completedFuture(null));
        private static final AgentRef ANYBODY = AgentRef.of("bench", "anybody");
        private static final Caller CALLER = new Caller(
                Caller.Kind.AGENT,
                SpiffeId.agent(FabricDomain.DEFAULT, ANYBODY),
                Optional.of(ANYBODY),
                Caller.Method.CERTIFICATE);

        @Override
        public Caller authenticate(Knock knock) {
            return CALLER;
        }

        @Override
        public void connected(Device device) {}

        @Override
        public void disconnected(Device device, String reason) {}

        @Override
        public PublishVerdict published(Device device, InboundPublish publish) {
            return TAKEN;
        }

        @Override
        public Optional<RefusedException> refusesSubscription(Device device, String filter) {
            return Optional.empty();
        }

        @Override
        public boolean mayLeaveWill(Device device, String topic) {
            return true;
        }

        @Override
        public String willTopic(Device device) {
            return "nowhere";
        }

        @Override
        public void subscribed(Device device, String filter) {}

        @Override
        public void unsubscribed(Device device, String filter) {}

        @Override
        public void sent(Device device, String tag, int qos) {}

        @Override
        public void received(Device device, String tag, Receipt receipt) {}
    }
}
