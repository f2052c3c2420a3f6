package org.dmsc.bridge.mqtt.broker;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.services.publish.PublishToClientResult;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.dmsc.bridge.mqtt.broker.EdgeExtension.BrokerServices;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HiveMQ CE inside this JVM, with one TLS 1.3 listener and no persistence. Started once and closed once; a second start needs a second
 * object, since HiveMQ does not survive its own restart. Two of them in one JVM run, but are not to be started at the same time.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private static final int START_SECONDS = 90;
    private static final int CLOSE_SECONDS = 30;

    /** Somebody may take a free port between our look and HiveMQ's bind. */
    private static final int PORT_TRIES = 5;

    /** For a session to learn that its connection is gone: two seconds in all. */
    private static final int MOST_LOOKS = 100;

    private static final Executor LATER = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

    private final BrokerSettings settings;
    private final DeviceTraffic traffic;
    private final KeyFiles keys;
    private final HeldAcks held = new HeldAcks(System::nanoTime);
    private final Backpressure backpressure = Backpressure.ofThisProcess();
    private volatile Optional<Running> running = Optional.empty();

    private record Running(EmbeddedHiveMQ hive, BrokerServices services, BrokerSettings on) {}

    public EmbeddedBroker(BrokerSettings settings, DeviceTraffic traffic, SecureRandom random) {
        this.settings = settings;
        this.traffic = traffic;
        this.keys = new KeyFiles(settings.workFolder(), random);
    }

    /** Hangs up on whoever waits for too long for an acknowledgement; to be called every second or so. */
    public void sweep() {
        held.sweep();
    }

    /**
     * Starts and looks from outside whether it listens as it was told. Blocks for some seconds.
     *
     * @param authorities CAs whose clients may finish the TLS handshake; who they are is decided in {@link DeviceTraffic#authenticate}
     * @throws BrokerException when it cannot; then nothing listens
     * @throws RefusedException INVALID_CONFIGURATION when the port is taken
     */
    public synchronized void start(IssuedIdentity identity, Collection<X509Certificate> authorities) {
        if (running.isPresent()) {
            throw new IllegalStateException("the broker is started once");
        }
        ChannelOf.require();
        prepare(identity, authorities);
        for (int tries = 1; running.isEmpty(); tries++) {
            int port = choosePort(settings.port(), "mqtt port");
            OptionalInt webSocket = settings.webSocketPort().isPresent()
                    ? OptionalInt.of(choosePort(settings.webSocketPort().getAsInt(), "mqtt websocket port"))
                    : OptionalInt.empty();
            running = open(settings.withPorts(port, webSocket), identity.chain().get(0));
            if (running.isEmpty() && (settings.port() != 0 || tries == PORT_TRIES)) {
                throw new BrokerException(
                        "the MQTT listener on " + settings.bindAddress() + ":" + port
                                + " does not show the fabric's certificate (expected the broker to listen there; see its log above)");
            }
        }
    }

    /** Bytes of memory, as far as they can be told, that publishes of devices take until Kafka has stored them. */
    public long heldBytes() {
        return backpressure.held();
    }

    /** Where it listens. */
    public int port() {
        return running().on().port();
    }

    /** Where it listens for MQTT over WebSocket. */
    public OptionalInt webSocketPort() {
        return running().on().webSocketPort();
    }

    /** New key and certificate; taken over within ten seconds, connections stay. */
    public void replaceIdentity(IssuedIdentity identity) {
        keys.writeIdentity(identity);
    }

    /** New CAs; taken over within ten seconds. */
    public void replaceAuthorities(Collection<X509Certificate> authorities) {
        keys.writeTrust(authorities);
    }

    /**
     * Sends to one client.
     *
     * @return false when the client is not connected or did not subscribe to the topic; true says nothing about the client having it
     */
    public CompletionStage<Boolean> send(String clientId, OutboundPublish publish) {
        return running()
                .services()
                .publishes()
                .publishToClient(Packets.outbound(publish, Packets.Retain.NO), clientId)
                .thenApply(result -> result == PublishToClientResult.SUCCESSFUL);
    }

    /** Tells all subscribers of the topic, now and later; an empty payload ends that. */
    public CompletionStage<Void> announce(OutboundPublish publish) {
        BrokerServices services = running().services();
        CompletableFuture<Void> told = services.publishes().publish(Packets.outbound(publish, Packets.Retain.KEEP));
        return publish.payload().length > 0
                ? told
                : told.thenCompose(done -> services.retained().remove(publish.topic()));
    }

    /** Ends a client's connection, if it has one; its last will is not sent. */
    public CompletionStage<Boolean> disconnect(String clientId, String reason) {
        return running()
                .services()
                .clients()
                .disconnectClient(clientId, true, DisconnectReasonCode.ADMINISTRATIVE_ACTION, reason);
    }

    /**
     * Ends a client's connection, if it has one, as not authorised (0x87), and forgets its session: what is queued for it is dropped, its last
     * will is not sent. False when it has none.
     */
    public CompletionStage<Boolean> expel(String clientId, String reason) {
        ClientService clients = running().services().clients();
        return clients.disconnectClient(clientId, true, DisconnectReasonCode.NOT_AUTHORIZED, reason)
                .thenCompose(found -> found
                        ? forget(clients, clientId, MOST_LOOKS).handle((done, failure) -> true)
                        : CompletableFuture.completedFuture(false));
    }

    /**
     * HiveMQ says that a client is disconnected before its session knows, and a session that is ended while it still counts as connected sends
     * its last will after all.
     */
    private static CompletionStage<Boolean> forget(ClientService clients, String clientId, int looks) {
        return clients.getSession(clientId)
                .thenCompose(session -> session.isPresent() && session.get().isConnected() && looks > 0
                        ? CompletableFuture.supplyAsync(() -> looks - 1, LATER)
                                .thenCompose(left -> forget(clients, clientId, left))
                        : clients.invalidateSession(clientId));
    }

    /** Takes about two seconds: the broker's event loops stand quiet that long before they end. */
    @Override
    public void close() {
        Optional<Running> now = running;
        running = Optional.empty();
        now.ifPresent(open -> close(open.hive()));
    }

    private Running running() {
        return running.orElseThrow(() -> new RefusedException(
                Refusal.UNAVAILABLE, "the MQTT broker is not running (expected it to be started)"));
    }

    private void prepare(IssuedIdentity identity, Collection<X509Certificate> authorities) {
        try {
            Files.createDirectories(settings.workFolder());
            KeyFiles.ownerOnly(settings.workFolder());
            for (String folder : new String[] {"conf", "data", "extensions"}) {
                Files.createDirectories(settings.workFolder().resolve(folder));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keys.writeIdentity(identity);
        keys.writeTrust(authorities);
    }

    private int choosePort(int wanted, String key) {
        if (wanted == 0) {
            try {
                return ListenerProbe.freePort(settings.bindAddress());
            } catch (IOException e) {
                throw new BrokerException("no free port on " + settings.bindAddress() + ": " + e.getMessage(), e);
            }
        }
        if (!ListenerProbe.isFree(settings.bindAddress(), wanted)) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    key + ": " + wanted + " on " + settings.bindAddress()
                            + " is taken by another process (expected a free port; choose another, or 0 for any)");
        }
        return wanted;
    }

    /** Empty when everything went well except that nobody listens. */
    private Optional<Running> open(BrokerSettings on, X509Certificate shown) {
        writeConfiguration(on);
        EdgeExtension extension =
                new EdgeExtension(on, traffic, () -> UUID.randomUUID().toString(), held, backpressure);
        EmbeddedHiveMQ hive = build(extension);
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        try {
            hive.start().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close(hive);
            throw new BrokerException("interrupted while the MQTT broker started", e);
        } catch (ExecutionException | TimeoutException e) {
            close(hive);
            throw new BrokerException("the MQTT broker did not start: " + e, e);
        } finally {
            // HiveMQ installs one for the whole JVM that may call System.exit.
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        Optional<BrokerServices> services = extension.services();
        if (services.isEmpty()) {
            close(hive);
            throw new BrokerException(
                    "the MQTT broker did not take its configuration (expected one TLS listener on port " + on.port()
                            + ")");
        }
        if (!ListenerProbe.shows(on.bindAddress(), on.port(), shown)
                || (on.webSocketPort().isPresent()
                        && !ListenerProbe.shows(
                                on.bindAddress(), on.webSocketPort().getAsInt(), shown))) {
            close(hive);
            return Optional.empty();
        }
        LOG.atInfo()
                .addKeyValue("port", on.port())
                .addKeyValue("address", on.bindAddress())
                .log("mqtt broker listens");
        return Optional.of(new Running(hive, services.get(), on));
    }

    private EmbeddedHiveMQ build(EdgeExtension main) {
        EmbeddedExtension extension = EmbeddedExtension.builder()
                .withId("dmsc-edge")
                .withName("dmsc edge")
                .withVersion("1")
                .withAuthor("dmsc")
                .withPriority(0)
                .withStartPriority(1000)
                .withExtensionMain(main)
                .build();
        EmbeddedHiveMQ hive = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(settings.workFolder().resolve("conf"))
                .withDataFolder(settings.workFolder().resolve("data"))
                .withExtensionsFolder(settings.workFolder().resolve("extensions"))
                .withEmbeddedExtension(extension)
                .withoutLoggingBootstrap()
                .build();
        // After build(), which sets the first to its permissive value; the profile's topics begin with '$'.
        InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
        InternalConfigurations.MQTT_ALLOW_DOLLAR_TOPICS.set(true);
        InternalConfigurations.JMX_REPORTER_ENABLED.set(false);
        // Nothing is written to its disk, so nothing needs two seconds to get there at the end.
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(50);
        return hive;
    }

    private void writeConfiguration(BrokerSettings on) {
        String xml = BrokerConfig.xml(on, keys.identity(), keys.trust(), keys.password());
        ConfigSchema.requireValid(xml);
        Path file = settings.workFolder().resolve("conf").resolve("config.xml");
        try {
            Files.deleteIfExists(file);
            Files.createFile(file);
            KeyFiles.ownerOnly(file);
            Files.write(file, xml.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(EmbeddedHiveMQ hive) {
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
            try {
                hive.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                LOG.atWarn().setCause(e).log("mqtt broker did not close cleanly");
            }
        });
        try {
            closed.get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("mqtt broker did not close in time");
        }
    }
}
