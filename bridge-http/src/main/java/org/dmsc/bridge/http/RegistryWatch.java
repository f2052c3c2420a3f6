package org.dmsc.bridge.http;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.Agents;

/** Waits until the registry shows an agent as it should be, so that whoever registers can use the agent in the next request. */
final class RegistryWatch {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Agents agents;
    private final Map<AgentRef, CopyOnWriteArrayList<Waiter>> waiting = new ConcurrentHashMap<>();

    RegistryWatch(Agents agents) {
        this.agents = agents;
    }

    private record Waiter(Predicate<Optional<AgentSnapshot>> wanted, CompletableFuture<Optional<AgentSnapshot>> done) {}

    /** Begins to listen; once. */
    void start() {
        agents.onChange(this::changed);
    }

    /** Completes when the agent is as wanted; UNAVAILABLE after ten seconds. */
    CompletionStage<Optional<AgentSnapshot>> until(AgentRef agent, Predicate<Optional<AgentSnapshot>> wanted) {
        Waiter waiter = new Waiter(wanted, new CompletableFuture<>());
        waiting.computeIfAbsent(agent, key -> new CopyOnWriteArrayList<>()).add(waiter);
        changed(agent, agents.find(agent));
        return waiter.done()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> forget(agent, waiter))
                .exceptionally(failure -> {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE,
                            "agent " + agent + ": written, but the registry did not show it within "
                                    + PATIENCE.toSeconds()
                                    + " s (expected a running registry; the change holds when it comes back)");
                });
    }

    private void changed(AgentRef agent, Optional<AgentSnapshot> snapshot) {
        for (Waiter waiter : waiting.getOrDefault(agent, new CopyOnWriteArrayList<>())) {
            if (waiter.wanted().test(snapshot)) {
                // Not on the feeding thread: what hangs on it writes a response.
                waiter.done().completeAsync(() -> snapshot);
            }
        }
    }

    private void forget(AgentRef agent, Waiter waiter) {
        waiting.computeIfPresent(agent, (key, waiters) -> {
            waiters.remove(waiter);
            return waiters.isEmpty() ? null : waiters;
        });
    }
}
