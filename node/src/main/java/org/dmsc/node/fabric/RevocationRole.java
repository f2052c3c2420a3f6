package org.dmsc.node.fabric;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.revocation.Freshness;
import org.dmsc.tenant.revocation.GatewayAcks;
import org.dmsc.tenant.revocation.LiveConnections;
import org.dmsc.tenant.revocation.Revocation;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.revocation.RevocationTopic;
import org.dmsc.tenant.revocation.Revoked;
import org.dmsc.tenant.revocation.Revoker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a gateway has to do with revocations: hear them, obey them, and make them for operators. */
final class RevocationRole {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationRole.class);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** Owner of audit events that no tenant can be named for. */
    private static final String FABRIC = "sys";

    private final Foundation foundation;
    private final FabricDomain domain;
    private final SpiffeId self;
    private final Freshness freshness;
    private final RevocationList list;
    private final LiveConnections connections;

    /**
     * @param kind of node that this process acts as here
     */
    RevocationRole(Foundation foundation, String kind) {
        this.foundation = foundation;
        this.domain = new FabricDomain(foundation.config().domain());
        this.self = SpiffeId.node(domain, kind, foundation.config().node());
        // Ticks of an earlier process of this name are older than this one's clock.
        this.freshness = new Freshness(foundation.clock().millis() * 1000, System::nanoTime);
        this.list = new RevocationList(freshness);
        this.connections = new LiveConnections(list, foundation.clock());
    }

    RevocationList list() {
        return list;
    }

    LiveConnections connections() {
        return connections;
    }

    /** Returns when every revocation is known and new ones are heard: before that no listener may open. */
    void start(AuditTrail audit, Health health, Closing closing) {
        RevocationTopic topic = closing.add(
                "revocations",
                new RevocationTopic(
                        foundation.clients(),
                        foundation.codec(),
                        foundation.config().node(),
                        new RevocationTopic.Target(list, freshness, connections),
                        (news, count) -> audit.record(cut(news, count)).exceptionally(RevocationRole::unaudited),
                        foundation.clock()));
        topic.start();
        require(() -> topic.awaitCaughtUp(LONGEST), "revocations");
        health.watch(
                "revocations",
                topic::healthy,
                () -> list.size() + " known, " + list.age().toMillis() + " ms old");
    }

    /** What operators do through the API of this process. */
    CompletionStage<Revoked> revoke(Revoker revoker, AgentReports reports, Revoker.Order order, Duration wait) {
        CompletionStage<Revoked> made = revoker.revoke(order, wait);
        agents(order.key())
                .forEach(agent -> reports.unregister(agent).whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.atError()
                                .addKeyValue("agent", agent)
                                .addKeyValue("cause", failure.getMessage())
                                .log("a revoked agent could not be withdrawn from the registry: unregister it");
                    }
                }));
        return made;
    }

    /** A revoker of this process, ready to be used. */
    Revoker revoker(AuditTrail audit, Closing closing) {
        GatewayAcks acks = closing.add(
                "revocation acks",
                new GatewayAcks(foundation.clients(), foundation.codec(), foundation.clock(), System::nanoTime));
        acks.start();
        require(() -> acks.awaitCaughtUp(LONGEST), "acknowledgements of revocations");
        return closing.add(
                "revoker",
                new Revoker(
                        foundation.clients(),
                        foundation.codec(),
                        acks,
                        () -> UUID.randomUUID().toString(),
                        audit::record,
                        foundation.clock()));
    }

    Revoker.Order order(RevocationKey key, String reason, SpiffeId actor) {
        return new Revoker.Order(
                key, reason, actor, tenant(key).map(TenantId::value).orElse(FABRIC), self);
    }

    private Optional<TenantId> tenant(RevocationKey key) {
        switch (key.kind()) {
            case TENANT:
                return Optional.of(new TenantId(key.id()));
            case SPIFFE_ID:
                return SpiffeId.parse(key.id()).agentRef(domain).map(AgentRef::tenant);
            case JTI:
            case KID:
            case CLIENT_ID:
                return Optional.of(new TenantId(key.id().substring(0, key.id().indexOf('/'))));
            default:
                return Optional.empty();
        }
    }

    /** Registered agents that go with it. A certificate alone takes no agent with it: it may have another. */
    private List<AgentRef> agents(RevocationKey key) {
        if (key.kind() == RevocationKind.TENANT) {
            return foundation.agents().ofTenant(new TenantId(key.id())).stream()
                    .map(agent -> AgentRef.of(agent.getTenant(), agent.getAgent()))
                    .toList();
        }
        return key.kind() == RevocationKind.SPIFFE_ID
                ? SpiffeId.parse(key.id()).agentRef(domain).stream().toList()
                : List.of();
    }

    private AuditEvent cut(Revocation news, int count) {
        return AuditEvent.newBuilder()
                .setEventId(news.id() + "." + foundation.config().node())
                .setTenant(tenant(news.key()).map(TenantId::value).orElse(FABRIC))
                .setTime(foundation.clock().millis())
                .setKind(AuditKind.CONNECTIONS_CUT)
                .setActor(self.uri())
                .setNode(self.uri())
                .setObject(news.key().text())
                .setDetails(Map.of(
                        "connections",
                        Integer.toString(count),
                        "revocation",
                        news.id(),
                        "generation",
                        Long.toString(news.generation())))
                .build();
    }

    @SuppressWarnings("NullAway") // A Void has no value but null.
    private static Void unaudited(Throwable failure) {
        LOG.atError().addKeyValue("cause", failure.getMessage()).log("that connections were cut was not audited");
        return null;
    }

    /** Something that takes its time. */
    @FunctionalInterface
    private interface Wait {
        boolean done() throws InterruptedException;
    }

    private static void require(Wait wait, String what) {
        try {
            if (wait.done()) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new NodeException(
                ExitCode.UNREACHABLE,
                what + " could not be read within " + LONGEST.toSeconds()
                        + " s, and without them nobody may be admitted (expected dmsc.sys.revocations to be readable and"
                        + " writable; are the brokers up?)");
    }

    /** Who has acted on a revocation, in words. */
    static String heard(Revoked revoked) {
        String missing = revoked.missing().isEmpty() ? "" : "; not by " + String.join(", ", revoked.missing());
        return revoked.acknowledged().stream()
                .map(ack -> ack.gateway() + " after " + ack.heardAfter().toMillis() + " ms, " + ack.cut() + " cut")
                .collect(Collectors.joining(", ", "heard by ", missing));
    }
}
