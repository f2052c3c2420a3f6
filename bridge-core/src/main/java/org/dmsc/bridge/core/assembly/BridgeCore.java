package org.dmsc.bridge.core.assembly;

import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.AuditReader;
import org.dmsc.bridge.core.BridgeMetrics;
import org.dmsc.bridge.core.DeadLetters;
import org.dmsc.bridge.core.DelegationTokens;
import org.dmsc.bridge.core.Exchange;
import org.dmsc.bridge.core.Gateway;
import org.dmsc.bridge.core.InboxRelay;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.PushSender;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.TaskQueries;
import org.dmsc.bridge.core.ask.ExchangeParts;
import org.dmsc.bridge.core.ask.KafkaDeadLetters;
import org.dmsc.bridge.core.cards.Quarantine;
import org.dmsc.bridge.core.cards.QuarantineTopic;
import org.dmsc.bridge.core.deliver.AttemptEvents;
import org.dmsc.bridge.core.deliver.DeliveryDesk;
import org.dmsc.bridge.core.deliver.DeliveryGuard;
import org.dmsc.bridge.core.deliver.DeliveryOpener;
import org.dmsc.bridge.core.deliver.DeliveryPolicy;
import org.dmsc.bridge.core.lanes.GatewayLease;
import org.dmsc.bridge.core.lanes.LaneClients;
import org.dmsc.bridge.core.lanes.LaneLoop;
import org.dmsc.bridge.core.owed.OwedTopic;
import org.dmsc.bridge.core.payload.PayloadReader;
import org.dmsc.bridge.core.publish.EventWriter;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.bridge.core.publish.Outbox;
import org.dmsc.bridge.core.publish.PayloadWriter;
import org.dmsc.bridge.core.publish.SealedTopic;
import org.dmsc.bridge.core.push.PushDispatcher;
import org.dmsc.bridge.core.push.PushEntry;
import org.dmsc.bridge.core.push.PushTopic;
import org.dmsc.bridge.core.relay.LaneRelay;
import org.dmsc.bridge.core.relay.Neighbours;
import org.dmsc.bridge.core.trail.KafkaAgentReports;
import org.dmsc.bridge.core.trail.KafkaAuditReader;
import org.dmsc.bridge.core.trail.KafkaAuditTrail;
import org.dmsc.bridge.core.watch.EventOpener;
import org.dmsc.bridge.core.watch.LogTaskQueries;
import org.dmsc.bridge.core.watch.TaskWatches;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.directory.TenantsGeneration;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.policy.Gatekeeper;
import org.dmsc.tenant.policy.Masks;

/**
 * All of bridge-core for one process.
 *
 * <pre>
 *   start:  audit trail ▸ events ▸ lanes            (then the edges, when the gateway is ready)
 *   close:  (the edges first) ▸ lanes handed over ▸ lease left ▸ events ▸ outbox ▸ audit trail
 * </pre>
 *
 * Threads: dmsc-lanes, dmsc-events, dmsc-audit, and helpers that come and go.
 */
public final class BridgeCore implements AutoCloseable {

    /** So many tenants may wait for keys at once; at most one task of each is in the queue. */
    private static final int KEY_WAITERS = 4;

    private final Clock clock;
    private final BridgeParts parts;
    private final BridgeSettings settings;
    private final BridgeMetrics metrics;
    private final Outbox outbox;
    private final ExecutorService keyWaiter = keyWaiter();
    private final KeysAtHand keys;
    private final KafkaAuditTrail audit;
    private final KafkaAuditReader auditReader;
    private final KafkaAgentReports reports;
    private final DelegationTokens tokens;
    private final LogTaskQueries replays;
    private final TaskWatches watches;
    private final Exchange exchange;
    private final KafkaDeadLetters dead;
    private final LaneLoop loop;
    private final GatewayLease lease;
    private final Gateway gateway;
    private final TenantSet tenants;
    private final PushTopic push;
    private final TaskQueries queries;
    private final PayloadWriter payloads;
    private final PayloadReader stored;
    private final Neighbours neighbours;
    private final LaneRelay relay;
    private final OwedTopic owed;
    private final QuarantineTopic quarantine;
    private Optional<PushDispatcher> dispatcher = Optional.empty();

    /** Makes Kafka clients, and talks to nobody yet. */
    public BridgeCore(BridgeParts parts, BridgeSettings settings) {
        this.parts = parts;
        this.settings = settings;
        this.clock = parts.clock();
        this.metrics = new BridgeMetrics(parts.meters());
        this.tokens = new DelegationTokens(parts.hmac());
        this.keys = new KeysAtHand(KeysAtHand.of(parts.envelopes(), parts.hmac()), keyWaiter);
        KafkaClients kafka = parts.kafka();
        AvroSerde<SealedEnvelope> envelopes = new AvroSerde<>(parts.codec(), SealedEnvelope.class);
        this.outbox = new Outbox(tenant -> kafka.producer(tenant, envelopes.serializer()), clock);
        this.audit = audit(kafka);
        AvroSerde<AuditRecord> auditRecords = new AvroSerde<>(parts.codec(), AuditRecord.class);
        this.auditReader = new KafkaAuditReader(
                () -> reader("audit-reader"), auditRecords.deserializer(), clock, settings.auditIndex());
        long epoch = clock.millis();
        this.reports = new KafkaAgentReports(
                outbox,
                new KafkaAgentReports.Sealing(parts.envelopes(), keys),
                parts.domain(),
                new KafkaAgentReports.Place(settings.gateway(), epoch, settings.lanes()),
                clock);
        this.payloads = new PayloadWriter(outbox, parts.envelopes(), parts.ids());
        this.stored = new PayloadReader(() -> reader("payloads"), envelopes.deserializer(), parts.envelopes());
        EventOpener events = new EventOpener(envelopes.deserializer(), parts.envelopes(), stored);
        this.replays = new LogTaskQueries(() -> reader("replay"), events, settings.lanes(), clock);
        this.queries = parts.queries().orElse(replays);
        this.watches = new TaskWatches(reader("events"), events, queries, settings.lanes(), clock, metrics);
        ExchangeParts exchangeParts = exchangeParts(queries);
        this.exchange = exchangeParts.exchange();
        this.dead = new KafkaDeadLetters(() -> reader("dead-letters"), envelopes.deserializer(), exchangeParts);
        DeliveryDesk desk = desk(envelopes);
        this.loop = loop(kafka, envelopes, desk);
        this.lease = lease(kafka, epoch);
        this.gateway = new LaneGateway(settings.gateway(), epoch, loop, desk, lease, watches::healthy);
        this.tenants = new TenantSet(this::follow);
        this.neighbours = new Neighbours(kafka, parts.codec(), settings.gateway(), clock);
        this.relay = new LaneRelay(new LaneRelay.Parts(
                settings.gateway(), node().uri(), neighbours, loop::lanes, outbox, sealing(), parts.ids(), clock));
        this.push = new PushTopic(kafka, parts.codec(), parts.envelopes(), keys, clock);
        SealedTopic.Parts sealed = new SealedTopic.Parts(kafka, parts.codec(), parts.envelopes(), keys, clock);
        this.owed = new OwedTopic(sealed);
        this.quarantine = new QuarantineTopic(sealed);
        wire(desk);
    }

    private static ExecutorService keyWaiter() {
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                KEY_WAITERS, KEY_WAITERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "dmsc-key-wait");
                    thread.setDaemon(true);
                    return thread;
                });
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    private KafkaAuditTrail audit(KafkaClients kafka) {
        AvroSerde<AuditEvent> values = new AvroSerde<>(parts.codec(), AuditEvent.class);
        return new KafkaAuditTrail(
                () -> kafka.producer("audit", values.serializer()), parts.ids(), node().uri(), clock);
    }

    private ExchangeParts exchangeParts(TaskQueries queries) {
        return new ExchangeParts(
                new Gatekeeper(parts.tenants(), parts.policies(), parts.admittance(), clock),
                parts.quotas(),
                new Masks(parts.hmac()),
                parts.tenants(),
                parts.agents(),
                parts.hmac(),
                tokens,
                outbox,
                parts.envelopes(),
                payloads,
                stored,
                keys,
                parts.domain(),
                watches,
                queries,
                parts.nearness(),
                audit,
                metrics,
                settings.gateway(),
                settings.lanes(),
                settings.receipts(),
                clock);
    }

    private DeliveryDesk desk(AvroSerde<SealedEnvelope> envelopes) {
        EventWriter writer = new EventWriter(outbox, sealing(), parts.domain(), settings.lanes());
        DeliveryOpener opener = new DeliveryOpener(envelopes.deserializer(), parts.envelopes(), stored);
        return new DeliveryDesk(
                opener,
                new DeliveryGuard(
                        new DeliveryPolicy(parts.tenants(), parts.policies(), clock), opener, new Masks(parts.hmac())),
                new AttemptEvents(writer, parts.domain(), node(), parts.ids(), clock),
                parts.agents(),
                clock,
                metrics);
    }

    private EventWriter.Sealing sealing() {
        return new EventWriter.Sealing(parts.envelopes(), payloads, keys);
    }

    private LaneLoop loop(KafkaClients kafka, AvroSerde<SealedEnvelope> envelopes, DeliveryDesk desk) {
        LaneClients clients = new LaneClients(
                kafka.groupConsumer("lanes", LaneClients.GROUP, new ByteArrayDeserializer()),
                reader("inbox"),
                () -> kafka.transactionalProducer(
                        "put-back", "dmsc-put-back-" + settings.gateway(), envelopes.serializer()));
        return new LaneLoop(clients, desk, clock);
    }

    private GatewayLease lease(KafkaClients kafka, long epoch) {
        AvroSerde<GatewayRecord> values = new AvroSerde<>(parts.codec(), GatewayRecord.class);
        Producer<String, GatewayRecord> producer = kafka.producer("lease", values.serializer());
        return new GatewayLease(
                producer, settings.gateway(), epoch, loop::lanes, () -> TenantsGeneration.of(parts.tenants()), clock);
    }

    private void wire(DeliveryDesk desk) {
        desk.ownLanes(loop::lanes);
        desk.relays(relay::take);
        loop.onLanes(lanes -> {
            reports.lanes(lanes);
            lease.renewSoon();
            watches.follow(lanes, tenants.now());
            dispatcher.ifPresent(pushes -> pushes.own(lanes));
        });
        parts.tenants().onChange(changed -> {
            desk.recheckSoon();
            // Whoever changes a tenant waits until every gateway has said that it knows.
            lease.renewSoon();
        });
        loop.onTurn(lease::tick);
        loop.onTurn(audit::summaries);
        metrics.registry().gauge(BridgeMetrics.LANES, loop, one -> one.lanes().size());
    }

    private void follow(Set<TenantId> now) {
        loop.tenants(now);
        watches.follow(loop.lanes(), now);
    }

    private SpiffeId node() {
        return SpiffeId.node(parts.domain(), "gateway", settings.gateway());
    }

    private Consumer<String, byte[]> reader(String name) {
        return parts.kafka().reader(name, new ByteArrayDeserializer());
    }

    /** Tells receivers of updates by that sender. To be called before {@link #start}, at most once. */
    public void notifyBy(PushSender sender) {
        PushDispatcher pushes = new PushDispatcher(new PushDispatcher.Parts(
                push, queries, watches, sender, this::givenUp, Math::random, settings.lanes(), clock));
        dispatcher = Optional.of(pushes);
        pushes.start();
    }

    private void givenUp(PushEntry entry, RefusedException failure) {
        audit.refused(new RefusalNote(
                Optional.of(entry.key().tenant()),
                node().uri(),
                failure.refusal(),
                failure.sentence(),
                Optional.of("webhook " + entry.key()),
                Optional.of(entry.key().taskId()),
                RefusalNote.Weight.REFUSED));
    }

    /** Begins; returns at once. The gateway is ready a little later, when it has a lane. */
    public void start() {
        audit.start();
        auditReader.start();
        Warmth.register(parts.codec());
        parts.tenants().onChange(tenants::accept);
        watches.start();
        push.start();
        owed.start();
        quarantine.start();
        neighbours.start();
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
        lease.leave();
        dispatcher.ifPresent(PushDispatcher::close);
        push.close();
        owed.close();
        quarantine.close();
        neighbours.close();
        keyWaiter.shutdown();
        watches.close();
        replays.close();
        stored.close();
        outbox.close();
        auditReader.close();
        dead.close();
        audit.close();
    }

    public Exchange exchange() {
        return exchange;
    }

    public PushConfigs pushConfigs() {
        return push;
    }

    public OwedTopic owed() {
        return owed;
    }

    /** Cards that were set aside. */
    public Quarantine quarantine() {
        return quarantine;
    }

    public Gateway gateway() {
        return gateway;
    }

    public InboxRelay relay() {
        return relay;
    }

    public AgentReports reports() {
        return reports;
    }

    public KafkaAuditTrail audit() {
        return audit;
    }

    public AuditReader auditReader() {
        return auditReader;
    }

    public DeadLetters deadLetters() {
        return dead;
    }

    public DelegationTokens tokens() {
        return tokens;
    }

    public BridgeMetrics metrics() {
        return metrics;
    }
}
