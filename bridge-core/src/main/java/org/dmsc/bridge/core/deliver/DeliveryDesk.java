package org.dmsc.bridge.core.deliver;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.BridgeMetrics;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.deliver.Situation.Service;
import org.dmsc.bridge.core.lanes.LaneRecord;
import org.dmsc.bridge.core.lanes.LaneRecord.Past;
import org.dmsc.bridge.core.lanes.LaneWork;
import org.dmsc.bridge.core.publish.Outgoing;
import org.dmsc.bridge.core.publish.Outgoing.InClear;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.tenant.directory.Agents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on the deliveries of owned lanes: decides by {@link DeliveryRule}, hands to links, keeps what must wait, and sees to it that each ends
 * within ten seconds (design 14.4). Lane loop's thread only; attempts report from any.
 */
public final class DeliveryDesk implements LaneWork {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryDesk.class);

    /** An inbox record ends within this time, as delivered or not. */
    static final Duration MOST = Duration.ofSeconds(10);

    /** How much longer than its deadline an attempt is remembered as under way: links may still end it. */
    private static final Duration LINGER = Duration.ofMinutes(1);

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);

    /** How soon after a grant's end its deliveries are cut at the latest. */
    private static final Duration RECHECK_EVERY = Duration.ofMillis(250);

    private final DeliveryOpener opener;
    private final DeliveryGuard guard;
    private final AttemptEvents events;
    private final Agents agents;
    private final Clock clock;
    private final BridgeMetrics metrics;
    private final List<AgentLink> links = new CopyOnWriteArrayList<>();
    private final ActiveDeliveries active = new ActiveDeliveries();
    private final List<OpenDelivery> waiting = new ArrayList<>();
    private final Queue<Attempt> undelivered = new ArrayDeque<>();
    private Supplier<Set<Integer>> ownLanes = Set::of;
    private Relays relays = (word, payload) -> {};
    private final AtomicBoolean recheckWanted = new AtomicBoolean();
    private long sweptAt;
    private long recheckedAt;

    public DeliveryDesk(
            DeliveryOpener opener,
            DeliveryGuard guard,
            AttemptEvents events,
            Agents agents,
            Clock clock,
            BridgeMetrics metrics) {
        this.opener = opener;
        this.guard = guard;
        this.events = events;
        this.agents = agents;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Which lanes are owned; MUST be told before the lane loop starts. */
    public void ownLanes(Supplier<Set<Integer>> lanes) {
        ownLanes = lanes;
    }

    /** What agents said to other gateways. */
    @FunctionalInterface
    public interface Relays {
        /** Word about a delivery; the payload is opened when it is asked for. */
        void take(Delivery word, Supplier<byte[]> payload);
    }

    /** Who deals with word about deliveries; MUST be told before the lane loop starts. */
    public void relays(Relays taker) {
        relays = taker;
    }

    /** Adds a way to agents. */
    public void addLink(AgentLink link) {
        links.add(link);
    }

    @Override
    public void take(LaneRecord record) {
        OpenDelivery open;
        try {
            open = opener.open(record, clock.millis());
            if (open.delivery().getRelay() != null) {
                relays.take(open.delivery(), () -> opener.message(open));
                record.end();
                return;
            }
        } catch (RefusedException e) {
            metrics.delivery("unreadable");
            LOG.atWarn()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.lane())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("refusal", e.refusal())
                    .log(e.sentence());
            record.end();
            return;
        }
        if (!act(open)) {
            waiting.add(open);
        }
    }

    @Override
    public void tick() {
        if (!waiting.isEmpty()) {
            waiting.removeIf(this::act);
        }
        long now = clock.millis();
        for (Attempt next = undelivered.peek(); next != null; next = undelivered.peek()) {
            if (!next.settled() && now - next.begunAt() < MOST.toMillis()) {
                break;
            }
            undelivered.remove();
            if (!next.settled()) {
                metrics.delivery(Refusal.UNDELIVERABLE.name());
                next.failed(
                        Refusal.UNDELIVERABLE,
                        "the agent did not take the task within " + MOST.toSeconds() + " s",
                        Certainty.UNCERTAIN);
            }
        }
        sweep(now);
        recheck(now);
    }

    /** A tenant or its policy changed: deliveries under way are judged again at the next turn. */
    public void recheckSoon() {
        recheckWanted.set(true);
    }

    @Override
    public void leaving(Set<Integer> lanes) {
        waiting.removeIf(open -> {
            boolean goes = lanes.contains(open.record().lane());
            if (goes) {
                refuse(
                        open,
                        Refusal.UNDELIVERABLE,
                        "the gateway gave up the lane before it found the agent",
                        certainty(open));
            }
            return goes;
        });
    }

    @Override
    public void cutOff(Set<Integer> lanes) {
        for (Attempt attempt : List.copyOf(undelivered)) {
            if (lanes.contains(attempt.lane()) && !attempt.settled()) {
                attempt.failed(
                        Refusal.UNDELIVERABLE,
                        "the gateway gave up the lane while the agent was being given the task",
                        Certainty.UNCERTAIN);
            }
        }
    }

    @Override
    public void lost(Set<Integer> lanes) {
        waiting.removeIf(open -> lanes.contains(open.record().lane()));
    }

    /** True when it is dealt with. */
    private boolean act(OpenDelivery open) {
        Delivery delivery = open.delivery();
        Optional<AgentSnapshot> agent = agents.find(DeliveryOpener.assignee(delivery));
        Optional<AgentLink> link = agent.flatMap(this::linkOf);
        long now = clock.millis();
        Verdict verdict = DeliveryRule.decide(new Situation(
                delivery,
                open.record().past(),
                agent,
                link.isPresent() ? Service.HERE : Service.NOT_HERE,
                ownLanes.get(),
                now,
                now - open.readAt()));
        if (verdict instanceof Verdict.Wait) {
            return false;
        }
        if (verdict instanceof Verdict.PutBack putBack) {
            return putBack(open, putBack.lane());
        }
        if (verdict instanceof Verdict.Deliver deliver) {
            deliver(open, deliver.agent(), link.orElseThrow());
        } else if (verdict instanceof Verdict.Cancel) {
            cancel(open);
        } else if (verdict instanceof Verdict.Refuse refused) {
            refuse(open, refused.refusal(), refused.reason(), refused.certainty());
        } else if (verdict instanceof Verdict.Drop) {
            metrics.delivery("dropped");
            open.record().end();
        } else {
            throw new IllegalStateException("unknown verdict: " + verdict);
        }
        return true;
    }

    private Optional<AgentLink> linkOf(AgentSnapshot agent) {
        return links.stream().filter(link -> link.serves(agent)).findFirst();
    }

    private void deliver(OpenDelivery open, AgentSnapshot agent, AgentLink link) {
        String key = open.key();
        Attempt attempt = new Attempt(open.delivery(), open.record(), events, clock, ended -> active.ended(key));
        if (!active.add(key, attempt)) {
            metrics.delivery("dropped");
            LOG.atInfo()
                    .addKeyValue("deliveryId", open.delivery().getDeliveryId())
                    .log("delivery came again: skipped");
            open.record().end();
            return;
        }
        hand(open, agent, link, attempt);
    }

    private void hand(OpenDelivery open, AgentSnapshot agent, AgentLink link, Attempt attempt) {
        DeliveryOrder order;
        try {
            DeliveryGuard.Guarded guarded = guard.open(open, agent);
            attempt.mask(guarded.answers());
            order = guarded.order();
        } catch (RefusedException e) {
            metrics.delivery(
                    e.refusal() == Refusal.UNREADABLE
                            ? "unreadable"
                            : e.refusal().name());
            attempt.failed(e.refusal(), e.sentence(), Certainty.CERTAIN);
            return;
        }
        undelivered.add(attempt);
        metrics.delivery("delivered");
        try {
            link.deliver(order, attempt);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("deliveryId", open.delivery().getDeliveryId())
                    .setCause(e)
                    .log("link failed");
            attempt.failed(Refusal.INTERNAL, "the gateway failed to hand the task over", Certainty.UNCERTAIN);
        }
    }

    private void cancel(OpenDelivery open) {
        metrics.delivery("canceled");
        links.forEach(link -> link.cancel(open.delivery()));
        open.record().end();
    }

    private void refuse(OpenDelivery open, Refusal refusal, String reason, Certainty certainty) {
        if (active.knows(open.key())) {
            open.record().end();
            return;
        }
        metrics.delivery(refusal.name());
        new Attempt(open.delivery(), open.record(), events, clock, ended -> {}).failed(refusal, reason, certainty);
    }

    private boolean putBack(OpenDelivery open, int lane) {
        Outgoing elsewhere = new Outgoing(
                new TenantId(open.delivery().getAssigneeTenant()),
                Channel.INBOX,
                lane,
                open.delivery().getAssigneeAgent(),
                opener.putBack(open),
                new InClear(
                        open.delivery().getAttempt(),
                        open.delivery().getDeadline(),
                        Optional.ofNullable(open.delivery().getTraceparent())));
        if (open.record().putBack(elsewhere.toRecord())) {
            metrics.delivery("put_back");
            return true;
        }
        if (clock.millis() - open.readAt() < MOST.toMillis()) {
            return false;
        }
        refuse(open, Refusal.UNDELIVERABLE, "the delivery could not be put on the agent's lane", certainty(open));
        return true;
    }

    private static Certainty certainty(OpenDelivery open) {
        return open.record().past() == Past.FRESH ? Certainty.CERTAIN : Certainty.UNCERTAIN;
    }

    /** Grants end by themselves, too: so they are looked at now and then even when nothing was changed. */
    private void recheck(long now) {
        if (!recheckWanted.getAndSet(false) && now - recheckedAt < RECHECK_EVERY.toMillis()) {
            return;
        }
        recheckedAt = now;
        for (Attempt attempt : active.all()) {
            Delivery delivery = attempt.delivery();
            guard.stopped(delivery, agents.find(DeliveryOpener.assignee(delivery)))
                    .ifPresent(refused -> {
                        metrics.delivery(refused.refusal().name());
                        attempt.failed(refused.refusal(), refused.sentence(), Certainty.UNCERTAIN);
                        Delivery stop = Delivery.newBuilder(delivery)
                                .setKind(DeliveryKind.CANCEL)
                                .build();
                        links.forEach(link -> link.cancel(stop));
                    });
        }
    }

    /** Attempts that no link ever ended. */
    private void sweep(long now) {
        if (now - sweptAt < SWEEP_EVERY.toMillis()) {
            return;
        }
        sweptAt = now;
        active.forget(attempt -> now > attempt.delivery().getAttemptDeadline() + LINGER.toMillis());
    }
}
