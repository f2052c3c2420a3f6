package org.dmsc.bridge.mqtt.connector;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic.Receipt;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.connector.Outgoing.Parcel;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a connection to one outside broker and makes its devices members of the fabric.
 *
 * <pre>
 *   away ──connect, subscribe──▶ open ──connection lost, or a publish that Kafka did not take──▶ away, again after a while
 *                                                       └── still away after {@link #GRACE}: its agents are gone
 *   publish ▸ whose ▸ came before? ▸ {@link OutsideTraffic#published} ▸ Kafka ▸ PUBACK to the broker
 * </pre>
 *
 * A publish is acknowledged only when the fabric has stored it; what is not, the broker's session brings again. All state is touched by one
 * thread, on which connecting blocks; other methods are thread-safe and do not block.
 */
public final class Connector implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

    /** How long agents count as present without a connection to their broker: a session that goes on brings their answers. */
    static final Duration GRACE = Duration.ofSeconds(15);

    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    /** Longer than the delivery timeout of a Kafka producer (two minutes). */
    private static final Duration STORED_WITHIN = Duration.ofMinutes(3);

    /** What waits here at most; more is refused, and so waits where it came from. */
    private static final int MOST_WAITING = 20_000;

    /** More than this on the way at once gains nothing. */
    private static final int MOST_ON_THE_WAY = 200;

    private final ConnectorSettings settings;
    private final OutsideTraffic traffic;
    private final Parts parts;
    private final OutsideAgents agents;
    private final Intake intake;
    private final Outlet outlet;
    private final Backoff backoff;
    private final ScheduledExecutorService thread;
    private final AtomicInteger waitingIn = new AtomicInteger();
    private final Suspects suspects = new Suspects();
    private final Outgoing outgoing = new Outgoing();
    private final Map<String, OutboundPublish> cards = new LinkedHashMap<>();
    private Optional<OutsideClient> current = Optional.empty();
    private Optional<Future<?>> departure = Optional.empty();
    private int failures;
    private volatile boolean open;
    private volatile boolean closed;

    /**
     * What it needs beside the broker.
     *
     * @param via names the fabric to itself in what it publishes there
     * @param envelopeAgents the tenant's agents that speak the envelope: nothing at a broker says that they are there
     * @param count counts what happens
     * @param random 0 to 1
     */
    public record Parts(
            String via, Supplier<Collection<AgentRef>> envelopeAgents, Consumer<String> count, DoubleSupplier random) {}

    public Connector(ConnectorSettings settings, OutsideTraffic traffic, Parts parts) {
        this.settings = settings;
        this.traffic = traffic;
        this.parts = parts;
        this.agents = new OutsideAgents(settings, traffic);
        this.intake = new Intake(settings, traffic, agents, parts.count(), this::leave);
        this.outlet = new Outlet(settings.topics(), parts.via());
        this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, parts.random());
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "dmsc-mqtt-connector-" + settings.name());
            made.setDaemon(true);
            return made;
        });
    }

    /** Begins to connect; returns at once. A broker that cannot be reached is tried again and again. */
    public void start() {
        later(this::connect);
    }

    /** Its name. */
    public String name() {
        return settings.name();
    }

    /** Whether there is a connection just now. */
    public boolean isOpen() {
        return open;
    }

    /** Whether devices there see that agent of the fabric. */
    public boolean exposes(AgentRef agent) {
        return agent.tenant().equals(settings.topics().tenant())
                && settings.exposed().contains(agent.agent());
    }

    /** Whether a client id is of one of this connector's agents. */
    public boolean owns(String clientId) {
        return clientId.endsWith("@" + settings.name());
    }

    /** Sends to one of its agents; false when that is not here, or too much waits. */
    public CompletionStage<Boolean> send(String clientId, OutboundPublish publish) {
        Optional<Device> device = agents.find(clientId);
        if (closed || device.isEmpty() || outgoing.size() >= MOST_WAITING) {
            return CompletableFuture.completedFuture(false);
        }
        boolean taken = later(() -> {
            outgoing.add(Parcel.to(device.get(), outlet.publish(publish)));
            pump();
        });
        return CompletableFuture.completedFuture(taken);
    }

    /** An agent's credentials count no more, or it is to begin anew. */
    public CompletionStage<Boolean> disconnect(String clientId, String why) {
        Optional<Device> device = agents.find(clientId);
        return CompletableFuture.completedFuture(device.isPresent() && leave(device.get(), why));
    }

    /** Keeps a card of an exposed agent retained there; an empty payload takes it away. */
    public void announce(OutboundPublish card) {
        later(() -> {
            OutboundPublish written = outlet.card(card);
            cards.put(written.topic(), written);
            outgoing.add(Parcel.card(written));
            pump();
        });
    }

    /** Ends the connection without an acknowledgement of what is not stored: it comes again when somebody connects with this client id. */
    @Override
    public void close() {
        closed = true;
        open = false;
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(OutsideClient.SECONDS, TimeUnit.SECONDS)) {
                LOG.atWarn().addKeyValue("connector", settings.name()).log("mqtt connector did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        current.ifPresent(OutsideClient::close);
        agents.all().forEach(device -> agents.leave(device, "the gateway closes"));
    }

    // ---- The connection. All that follows runs on the connector's thread.

    private void connect() {
        if (closed || current.isPresent()) {
            return;
        }
        Optional<OutsideClient> made = Optional.empty();
        try {
            OutsideClient client =
                    settings.version() == Device.Version.MQTT5 ? new PahoV5(settings) : new PahoV3(settings);
            made = Optional.of(client);
            OutsideClient.Welcome welcome = client.connect(ear(client));
            suspects.resumed(welcome.sessionPresent());
            client.subscribe(
                    settings.topics()
                            .unshared(settings.exposed().stream()
                                    .map(agent -> agent.value())
                                    .toList()),
                    settings.pools().stream().map(settings.topics()::shared).toList());
            opened(client, welcome);
        } catch (OutsideException | RuntimeException e) {
            made.ifPresent(OutsideClient::close);
            failures++;
            Duration wait = backoff.after(failures);
            LOG.atWarn()
                    .addKeyValue("connector", settings.name())
                    .addKeyValue("cause", e.getMessage())
                    .addKeyValue("again in ms", wait.toMillis())
                    .log("outside mqtt broker cannot be used");
            parts.count().accept("unreachable");
            later(this::connect, wait);
        }
    }

    private OutsideClient.Ear ear(OutsideClient client) {
        return new OutsideClient.Ear() {
            @Override
            public void arrived(int packetId, InboundPublish publish) {
                if (publish.qos() == 0 && waitingIn.get() > MOST_WAITING) {
                    return;
                }
                waitingIn.incrementAndGet();
                later(() -> {
                    waitingIn.decrementAndGet();
                    take(client, packetId, publish);
                });
            }

            @Override
            public void lost(String why) {
                later(() -> Connector.this.lost(client, why));
            }
        };
    }

    private void opened(OutsideClient client, OutsideClient.Welcome welcome) {
        current = Optional.of(client);
        open = true;
        departure.ifPresent(due -> due.cancel(false));
        departure = Optional.empty();
        outgoing.opened(Math.min(welcome.receiveMaximum(), MOST_ON_THE_WAY));
        parts.count().accept("connected");
        LOG.atInfo()
                .addKeyValue("connector", settings.name())
                .addKeyValue("broker", settings.url())
                .addKeyValue("session", welcome.sessionPresent() ? "goes on" : "new")
                .log("connected to an outside mqtt broker");
        parts.envelopeAgents().get().stream()
                .filter(agent -> settings.agents().has(agent.agent()))
                .forEach(intake::expect);
        if (settings.version() == Device.Version.MQTT5) {
            cards.values().forEach(card -> outgoing.add(Parcel.card(card)));
        }
        pump();
    }

    private void lost(OutsideClient client, String why) {
        if (!current.equals(Optional.of(client))) {
            return;
        }
        current = Optional.empty();
        open = false;
        client.close();
        outgoing.lost();
        suspects.connectionEnded();
        parts.count().accept("lost");
        Duration wait = backoff.after(Math.max(1, failures));
        LOG.atWarn()
                .addKeyValue("connector", settings.name())
                .addKeyValue("reason", Printable.of(why))
                .addKeyValue("again in ms", wait.toMillis())
                .log("connection to an outside mqtt broker is lost");
        if (departure.isEmpty()) {
            departure = Optional.of(thread.schedule(this::depart, GRACE.toMillis(), TimeUnit.MILLISECONDS));
        }
        later(this::connect, wait);
    }

    private void depart() {
        departure = Optional.empty();
        agents.all().forEach(device -> leave(device, "its broker is out of reach"));
    }

    private boolean leave(Device device, String why) {
        boolean left = agents.leave(device, why);
        later(() -> outgoing.drop(device));
        return left;
    }

    // ---- In.

    private void take(OutsideClient client, int packetId, InboundPublish publish) {
        if (!current.equals(Optional.of(client))) {
            return;
        }
        String print = publish.qos() > 0 ? Suspects.print(publish) : "";
        Optional<CompletionStage<?>> before = suspects.match(print);
        if (before.isPresent()) {
            parts.count().accept("again");
            acknowledgeWhen(client, packetId, publish.qos(), print, before.get());
            return;
        }
        acknowledgeWhen(client, packetId, publish.qos(), print, intake.take(publish));
    }

    private void acknowledgeWhen(OutsideClient client, int packetId, int qos, String print, CompletionStage<?> stored) {
        if (qos == 0) {
            return;
        }
        suspects.taken(print, stored);
        CompletionStage<?> unused = stored.toCompletableFuture()
                .<Object>thenApply(done -> "stored")
                .orTimeout(STORED_WITHIN.toSeconds(), TimeUnit.SECONDS)
                .whenComplete((done, fault) -> later(() -> {
                    if (fault == null) {
                        acknowledge(client, packetId);
                    } else {
                        notStored(client, fault);
                    }
                }));
    }

    private void acknowledge(OutsideClient client, int packetId) {
        if (closed || !current.equals(Optional.of(client))) {
            return;
        }
        failures = 0;
        try {
            client.acknowledge(packetId);
        } catch (OutsideException e) {
            lost(client, String.valueOf(e.getMessage()));
        }
    }

    /** There is no way to give one publish back: without the connection all come again, and those that are stored are known. */
    private void notStored(OutsideClient client, Throwable fault) {
        if (current.equals(Optional.of(client))) {
            failures++;
            lost(client, "a publish was not stored: " + fault.getMessage());
        }
    }

    // ---- Out.

    private void pump() {
        while (current.isPresent() && !closed) {
            Optional<Parcel> next = outgoing.next();
            if (next.isEmpty() || !send(current.get(), next.get())) {
                return;
            }
        }
    }

    private boolean send(OutsideClient client, Parcel parcel) {
        parcel.tell((device, tag) -> traffic.sent(device, tag, 1));
        try {
            client.publish(parcel.publish(), parcel.retained(), receipt -> later(() -> received(parcel, receipt)));
            parts.count().accept("sent");
            return true;
        } catch (OutsideException e) {
            lost(client, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void received(Parcel parcel, Receipt receipt) {
        if (outgoing.done(parcel)) {
            parcel.tell((device, tag) -> traffic.received(device, tag, receipt));
            pump();
        }
    }

    private boolean later(Runnable what) {
        return later(what, Duration.ZERO);
    }

    private boolean later(Runnable what, Duration wait) {
        try {
            Future<?> unused = thread.schedule(() -> guarded(what), wait.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException e) {
            // It is closed.
            return false;
        }
    }

    private void guarded(Runnable what) {
        try {
            what.run();
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("connector", settings.name())
                    .log("mqtt connector failed at something");
        }
    }
}
