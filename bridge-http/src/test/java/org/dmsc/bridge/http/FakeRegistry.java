package org.dmsc.bridge.http;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.bridge.core.a2a.AgentHints;
import org.dmsc.bridge.core.a2a.Cards;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.tenant.directory.Agents;

/** Reports go straight into the directory, on another thread as in life. */
final class FakeRegistry implements Agents, AgentReports {

    /** Comings and goings, as they were told. */
    final BlockingQueue<String> presences = new LinkedBlockingQueue<>();

    private final Map<String, AgentSnapshot> snapshots = new ConcurrentSkipListMap<>();
    private final List<BiConsumer<AgentRef, Optional<AgentSnapshot>>> listeners = new CopyOnWriteArrayList<>();

    /** An agent that offers one skill. */
    void put(String tenant, String agent, String skill) {
        AgentRegistration registration = Cards.registration(
                A2aJson.parse(
                        ("{'name':'a','description':'b','supportedInterfaces':[{'url':'https://localhost/','protocolBinding':"
                                        + "'JSONRPC','protocolVersion':'1.0'}],'skills':[{'id':'" + skill
                                        + "','name':'n','description':'d'}]}")
                                .replace('\'', '"')
                                .getBytes(StandardCharsets.UTF_8)),
                AgentChannel.A2A_HTTP,
                AgentHints.of(A2aJson.object(), Optional.empty()));
        AgentRef ref = AgentRef.of(tenant, agent);
        snapshots.put(ref.toString(), snapshot(ref, registration));
    }

    @Override
    public Optional<AgentSnapshot> find(AgentRef agent) {
        return Optional.ofNullable(snapshots.get(agent.toString()));
    }

    @Override
    public List<AgentSnapshot> ofTenant(TenantId tenant) {
        return snapshots.values().stream()
                .filter(agent -> agent.getTenant().equals(tenant.value()))
                .toList();
    }

    @Override
    public Collection<AgentSnapshot> all() {
        return snapshots.values();
    }

    @Override
    public long offset() {
        return snapshots.size();
    }

    @Override
    public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
        listeners.add(listener);
    }

    @Override
    public Optional<Presence> presenceOf(AgentRef agent) {
        return Optional.empty();
    }

    @Override
    public CompletionStage<Void> register(AgentRef agent, AgentRegistration registration, Optional<Presence> presence) {
        return changed(agent, Optional.of(snapshot(agent, registration)));
    }

    static AgentSnapshot snapshot(AgentRef agent, AgentRegistration registration) {
        return AgentSnapshot.newBuilder()
                .setTenant(agent.tenant().value())
                .setAgent(agent.agent().value())
                .setRevision(1)
                .setRegistration(registration)
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(1)
                .setLastSeenAt(1)
                .setUpdatedAt(1)
                .build();
    }

    @Override
    public CompletionStage<Void> unregister(AgentRef agent) {
        return changed(agent, Optional.empty());
    }

    @Override
    public CompletionStage<Void> replace(AgentRef agent, String known, Optional<AgentRegistration> by) {
        return changed(agent, by.map(registration -> snapshot(agent, registration)));
    }

    @Override
    public CompletionStage<Void> present(AgentRef agent) {
        presences.add("present " + agent);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> absent(AgentRef agent, String reason) {
        presences.add("absent " + agent + ": " + reason);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> probed(AgentRef agent, Optional<String> problem) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> heartbeat(AgentRef agent, AgentLoad load) {
        AgentSnapshot before = snapshots.get(agent.toString());
        return changed(
                agent,
                Optional.of(AgentSnapshot.newBuilder(before)
                        .setCpu(load.getCpu())
                        .setQueueDepth(load.getQueueDepth())
                        .build()));
    }

    private CompletionStage<Void> changed(AgentRef agent, Optional<AgentSnapshot> snapshot) {
        CompletableFuture.runAsync(() -> {
            snapshot.ifPresentOrElse(
                    shown -> snapshots.put(agent.toString(), shown), () -> snapshots.remove(agent.toString()));
            listeners.forEach(listener -> listener.accept(agent, snapshot));
        });
        return CompletableFuture.completedStage(null);
    }
}
