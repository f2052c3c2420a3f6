package org.dmsc.bridge.mqtt;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.mqtt.broker.EmbeddedBroker;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.connector.Connector;
import org.dmsc.bridge.mqtt.connector.ConnectorSettings;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MQTT edge of a gateway: MQTT 5 by A2A over MQTT 0.1, MQTT 3.1.1 by {@code docs/mqtt-311.md}, over TLS 1.3 only.
 *
 * <pre>
 *   PUBLISH ▸ whose topic ▸ protocol ▸ Exchange or AgentReports ▸ Kafka ▸ PUBACK
 *   inbox ▸ MqttAgentLink ▸ PUBLISH ▸ PUBACK = delivered ▸ answers ▸ AttemptSink ▸ Kafka ▸ PUBACK
 * </pre>
 *
 * Give {@link #link()} to the gateway before {@link #start}; close the edge before the gateway. One start and one close.
 */
public final class MqttEdge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttEdge.class);

    private static final long SWEEP_MS = 1_000;

    private final MqttEdgeParts parts;
    private final Devices devices = new Devices();
    private final Outbox outbox;
    private final MqttMetrics metrics;
    private final EdgeTraffic traffic;
    private final List<Connector> connectors = new CopyOnWriteArrayList<>();
    private final EdgeWiring wiring;
    private final EmbeddedBroker broker;
    private final ScheduledExecutorService background;
    private volatile Set<X509Certificate> trusted = Set.of();

    public MqttEdge(MqttEdgeParts parts) {
        this.parts = parts;
        this.metrics = new MqttMetrics(parts.meters(), devices);
        this.outbox = new BrokerOutbox(this::broker, this::replies, this::connectorOf);
        this.wiring =
                EdgeWiring.of(parts, devices, metrics, outbox, new Announcements(this::announce), this::inBackground);
        this.traffic = new EdgeTraffic(wiring);
        this.broker = new EmbeddedBroker(parts.settings(), traffic, parts.random());
        metrics.held(broker);
        this.background = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "dmsc-mqtt-background");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to listen. Blocks for some seconds; refused with INVALID_CONFIGURATION when the port is taken. */
    public void start() {
        trusted = Set.copyOf(parts.authorities().get());
        broker.start(parts.identity(), trusted);
        parts.agents().onChange(wiring.announcements()::changed);
        parts.tenants().onChange(this::tenantChanged);
        var unused = background.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    /** Where it listens. */
    public int port() {
        return broker.port();
    }

    /** Where it listens for MQTT over WebSocket, if it does. */
    public OptionalInt webSocketPort() {
        return broker.webSocketPort();
    }

    /** How many devices are connected. */
    public int connections() {
        return devices.count();
    }

    /** How many connections an agent has here. */
    public int connectionsOf(AgentRef agent) {
        return devices.countOf(agent);
    }

    /** The way to the devices that are connected here. */
    public AgentLink link() {
        return wiring.link();
    }

    /** Connects to an outside broker, now and whenever the connection is lost; close it before the edge, or with it. */
    public Connector attach(ConnectorSettings settings, String fabric) {
        TenantId tenant = settings.topics().tenant();
        Connector connector = new Connector(
                settings,
                traffic,
                new Connector.Parts(
                        fabric + "/" + settings.name(),
                        () -> parts.agents().ofTenant(tenant).stream()
                                .filter(agent -> agent.getRegistration().getChannel() == AgentChannel.MQTT311)
                                .map(agent -> AgentRef.of(agent.getTenant(), agent.getAgent()))
                                .toList(),
                        what -> metrics.outside(settings.name(), what),
                        parts.random()::nextDouble));
        connectors.add(connector);
        Announcements cards = new Announcements(connector::announce);
        parts.agents().onChange((agent, snapshot) -> {
            if (connector.exposes(agent)) {
                cards.changed(agent, snapshot);
            }
        });
        connector.start();
        return connector;
    }

    private Optional<Connector> connectorOf(String clientId) {
        return connectors.stream().filter(connector -> connector.owns(clientId)).findFirst();
    }

    /** Shows another certificate to new connections, within ten seconds. */
    public void replaceIdentity(IssuedIdentity identity) {
        broker.replaceIdentity(identity);
    }

    /** Disconnects everybody; takes about four seconds. */
    @Override
    public void close() {
        background.shutdownNow();
        connectors.forEach(Connector::close);
        broker.close();
    }

    private EmbeddedBroker broker() {
        return broker;
    }

    private void inBackground(Runnable work) {
        if (!background.isShutdown()) {
            background.execute(work);
        }
    }

    private ReplyLines replies() {
        return wiring.replies();
    }

    private void announce(OutboundPublish publish) {
        try {
            broker.announce(publish).exceptionally(fault -> {
                LOG.atWarn()
                        .setCause(fault)
                        .addKeyValue("topic", publish.topic())
                        .log("card was not announced over mqtt");
                return null;
            });
        } catch (RefusedException e) {
            LOG.atDebug().addKeyValue("topic", publish.topic()).log("card was not announced: the broker is closed");
        }
    }

    private void tenantChanged(TenantRecord tenant) {
        inBackground(() -> {
            refreshTrust();
            if (tenant.getState() != TenantState.ACTIVE) {
                devices.all().stream()
                        .filter(device -> device.agent().tenant().value().equals(tenant.getTenant()))
                        .forEach(device -> outbox.hangUp(device, "the tenant is not active"));
            }
        });
    }

    private void refreshTrust() {
        Set<X509Certificate> now = Set.copyOf(parts.authorities().get());
        if (!now.equals(trusted)) {
            trusted = now;
            broker.replaceAuthorities(now);
        }
    }

    private void sweep() {
        try {
            broker.sweep();
            wiring.link().sweep();
            wiring.replies().sweep();
            wiring.arrears().sweep();
            devices.all().stream()
                    .filter(wiring.guard()::isOver)
                    .forEach(device -> outbox.hangUp(device, "the certificate or token has expired"));
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("mqtt background work failed; it goes on");
        }
    }
}
