package org.dmsc.bridge.core.trail;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.bridge.core.publish.Outbox;
import org.dmsc.bridge.core.publish.Outgoing;
import org.dmsc.bridge.core.publish.Outgoing.InClear;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link AgentReports} onto the agents' own tenants' topics. Thread-safe, never blocks. */
public final class KafkaAgentReports implements AgentReports {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaAgentReports.class);

    /**
     * This gateway, as presences name it.
     *
     * @param lanes lanes of every tenant topic
     */
    public record Place(String gateway, long epoch, int lanes) {}

    /** What reports are sealed with, and how their keys are waited for. */
    public record Sealing(Envelopes envelopes, KeysAtHand keys) {}

    private final Outbox outbox;
    private final Envelopes envelopes;
    private final KeysAtHand keys;
    private final Parties self;
    private final Place place;
    private final AtomicLong numbers = new AtomicLong();
    private final Clock clock;
    private final Map<AgentRef, Optional<Presence>> connected = new ConcurrentHashMap<>();
    private volatile Set<Integer> ownLanes = Set.of();

    public KafkaAgentReports(Outbox outbox, Sealing sealing, FabricDomain domain, Place place, Clock clock) {
        this.outbox = outbox;
        this.keys = sealing.keys();
        this.envelopes = sealing.envelopes();
        this.self =
                Parties.from(SpiffeId.node(domain, "gateway", place.gateway()).uri());
        this.place = place;
        this.clock = clock;
    }

    /** The lanes changed: agents announced on a lane that went are announced on another. */
    public void lanes(Set<Integer> now) {
        ownLanes = Set.copyOf(now);
        connected.forEach((agent, presence) -> {
            if (presence.filter(known -> now.contains(known.getLane())).isEmpty()) {
                (now.isEmpty() ? gone(agent) : present(agent)).whenComplete((done, failure) -> logged(agent, failure));
            }
        });
    }

    /** Without a lane nothing can be delivered here; the agent stays known, and is announced when a lane comes. */
    private CompletionStage<Void> gone(AgentRef agent) {
        connected.replace(agent, Optional.empty());
        return send(report(agent, AgentReportKind.ABSENT).setReason("its gateway has no lane"));
    }

    @Override
    public Optional<Presence> presenceOf(AgentRef agent) {
        List<Integer> lanes = ownLanes.stream().sorted().toList();
        if (lanes.isEmpty()) {
            return Optional.empty();
        }
        int home = Lanes.of(agent.agent().value(), place.lanes());
        int lane = lanes.contains(home) ? home : lanes.get(home % lanes.size());
        return Optional.of(new Presence(place.gateway(), place.epoch(), lane));
    }

    @Override
    public CompletionStage<Void> register(AgentRef agent, AgentRegistration registration, Optional<Presence> presence) {
        presence.ifPresent(here -> connected.put(agent, presence));
        return send(report(agent, AgentReportKind.REGISTERED)
                .setRegistration(registration)
                .setPresence(presence.orElse(null)));
    }

    @Override
    public CompletionStage<Void> unregister(AgentRef agent) {
        connected.remove(agent);
        return send(report(agent, AgentReportKind.UNREGISTERED));
    }

    @Override
    public CompletionStage<Void> replace(AgentRef agent, String known, Optional<AgentRegistration> by) {
        AgentReport.Builder report = by.isPresent()
                ? report(agent, AgentReportKind.REGISTERED).setRegistration(by.get())
                : report(agent, AgentReportKind.UNREGISTERED);
        return send(report.setReplaces(known));
    }

    @Override
    public CompletionStage<Void> present(AgentRef agent) {
        Optional<Presence> presence = presenceOf(agent);
        connected.put(agent, presence);
        return presence.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : send(report(agent, AgentReportKind.PRESENT).setPresence(presence.get()));
    }

    @Override
    public CompletionStage<Void> absent(AgentRef agent, String reason) {
        Optional<Presence> known = connected.remove(agent);
        return known == null
                ? CompletableFuture.completedFuture(null)
                : send(report(agent, AgentReportKind.ABSENT)
                        .setPresence(known.orElse(null))
                        .setReason(reason));
    }

    @Override
    public CompletionStage<Void> probed(AgentRef agent, Optional<String> problem) {
        return send(report(agent, AgentReportKind.PROBED)
                .setOutcome(problem.isEmpty() ? AttemptOutcome.COMPLETED : AttemptOutcome.UNDELIVERED)
                .setReason(problem.orElse(null)));
    }

    @Override
    public CompletionStage<Void> heartbeat(AgentRef agent, AgentLoad load) {
        // Devices send thousands a second, and a builder looks at each field of the schema.
        AgentReport report = new AgentReport(
                nextId(),
                agent.tenant().value(),
                agent.agent().value(),
                AgentReportKind.HEARTBEAT,
                clock.millis(),
                null,
                null,
                load,
                null,
                0,
                null,
                null,
                0L,
                null,
                null);
        return send(report);
    }

    /** Names a report among all: what it is sealed under. Nobody has to be unable to guess it. */
    private String nextId() {
        return place.gateway() + '.' + place.epoch() + '.' + numbers.incrementAndGet();
    }

    private AgentReport.Builder report(AgentRef agent, AgentReportKind kind) {
        return AgentReport.newBuilder()
                .setReportId(nextId())
                .setTenant(agent.tenant().value())
                .setAgent(agent.agent().value())
                .setKind(kind)
                .setTime(clock.millis());
    }

    private CompletionStage<Void> send(AgentReport.Builder building) {
        return send(building.build());
    }

    private CompletionStage<Void> send(AgentReport report) {
        try {
            return keys.with(new TenantId(report.getTenant()), () -> sealed(report));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<Void> sealed(AgentReport report) {
        AgentRef agent = AgentRef.of(report.getTenant(), report.getAgent());
        SealedEnvelope envelope = envelopes.seal(
                report, agent.tenant(), Channel.AGENTS.label(), report.getReportId(), self, report.getTime());
        int lane = Lanes.of(report.getAgent(), place.lanes());
        return outbox.publish(
                        new Outgoing(agent.tenant(), Channel.AGENTS, lane, report.getAgent(), envelope, InClear.NONE))
                .thenAccept(offset -> {});
    }

    private static void logged(AgentRef agent, Throwable failure) {
        if (failure != null) {
            LOG.atError()
                    .addKeyValue("agent", agent)
                    .addKeyValue("cause", failure.getMessage())
                    .log("agent could not be announced on another lane");
        }
    }
}
