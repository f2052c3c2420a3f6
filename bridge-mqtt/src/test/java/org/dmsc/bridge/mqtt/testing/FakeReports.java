package org.dmsc.bridge.mqtt.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.Presence;

/** Remembers reports as lines; a test may hold what Kafka would answer to a registration or a heartbeat. */
public final class FakeReports implements AgentReports {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Map<AgentRef, AgentRegistration> registered = new ConcurrentHashMap<>();
    private final Map<AgentRef, CompletableFuture<Void>> holding = new ConcurrentHashMap<>();

    public List<String> of(AgentRef agent) {
        return lines.stream()
                .filter(line -> line.startsWith(agent + " "))
                .map(line -> line.substring(agent.toString().length() + 1))
                .toList();
    }

    public AgentRegistration registration(AgentRef agent) {
        return registered.get(agent);
    }

    /** Registrations and heartbeats of that agent complete when the future does. */
    public void hold(AgentRef agent, CompletableFuture<Void> until) {
        holding.put(agent, until);
    }

    public void release(AgentRef agent) {
        holding.remove(agent);
    }

    @Override
    public Optional<Presence> presenceOf(AgentRef agent) {
        return Optional.of(new Presence("g", 1L, 2));
    }

    @Override
    public CompletionStage<Void> register(AgentRef agent, AgentRegistration registration, Optional<Presence> presence) {
        registered.put(agent, registration);
        lines.add(agent + " register " + (presence.isPresent() ? "present" : "apart"));
        return holding.getOrDefault(agent, CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<Void> unregister(AgentRef agent) {
        return line(agent, "unregister");
    }

    @Override
    public CompletionStage<Void> replace(AgentRef agent, String known, Optional<AgentRegistration> by) {
        return line(agent, "replace");
    }

    @Override
    public CompletionStage<Void> present(AgentRef agent) {
        return line(agent, "present");
    }

    @Override
    public CompletionStage<Void> absent(AgentRef agent, String reason) {
        return line(agent, "absent");
    }

    @Override
    public CompletionStage<Void> probed(AgentRef agent, Optional<String> problem) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> heartbeat(AgentRef agent, AgentLoad load) {
        var unused = line(agent, "heartbeat " + load.getCpu() + " " + load.getQueueDepth());
        return holding.getOrDefault(agent, CompletableFuture.completedFuture(null));
    }

    private CompletionStage<Void> line(AgentRef agent, String what) {
        lines.add(agent + " " + what);
        return CompletableFuture.completedFuture(null);
    }
}
