package org.dmsc.bridge.core.probe;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.fetch.Fetcher;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the agents that are called, asked to be probed, and belong to a lane of this gateway: GETs a path at their own host, through the
 * fetcher and so under all its rules (an agent's registration must not make the gateway a tool against the inside network), and expects 200,
 * the agent's own certificate, and its text in the body where it named one. Agents by due time, never a scan of all. One thread; fetches run
 * beside it, so many at once.
 */
public final class Prober implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
    private static final long TICK_MS = 100;
    private static final int MOST_AT_ONCE = 64;

    private final Fetcher fetcher;
    private final Agents agents;
    private final AgentReports reports;
    private final Supplier<Set<Integer>> ownLanes;
    private final int lanes;
    private final FabricDomain domain;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "dmsc-prober");
        made.setDaemon(true);
        return made;
    });
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final Map<AgentRef, Watched> watched = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();

    private record Due(long at, AgentRef agent) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return Long.compare(at, other.at);
        }
    }

    /** What is remembered of an agent: how its probes went, and when the next one is due. */
    private record Watched(ProbeRule rule, long dueAt) {}

    /**
     * Where the agents are.
     *
     * @param ownLanes lanes of this gateway now
     * @param lanes of every tenant topic
     */
    public record Place(Agents agents, Supplier<Set<Integer>> ownLanes, int lanes, FabricDomain domain) {}

    public Prober(Fetcher fetcher, AgentReports reports, Place place, Clock clock) {
        this.fetcher = fetcher;
        this.agents = place.agents();
        this.reports = reports;
        this.ownLanes = place.ownLanes();
        this.lanes = place.lanes();
        this.domain = place.domain();
        this.clock = clock;
    }

    /** Begins. */
    public void start() {
        agents.onChange((agent, snapshot) -> thread.execute(() -> changed(agent, snapshot)));
        var unused = thread.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    private void changed(AgentRef agent, Optional<AgentSnapshot> snapshot) {
        Optional<AgentSnapshot> probed = snapshot.filter(Prober::isProbed);
        if (probed.isEmpty()) {
            watched.remove(agent);
        } else if (!watched.containsKey(agent)) {
            plan(agent, ProbeRule.NEW, probed.get());
        }
    }

    private static boolean isProbed(AgentSnapshot snapshot) {
        AgentRegistration registration = snapshot.getRegistration();
        return registration.getProbeMs() > 0
                && registration.getUrl() != null
                && registration.getUrl().startsWith("https:")
                && snapshot.getPresence() == null;
    }

    private void plan(AgentRef agent, ProbeRule rule, AgentSnapshot snapshot) {
        long at = clock.millis() + snapshot.getRegistration().getProbeMs();
        watched.put(agent, new Watched(rule, at));
        due.add(new Due(at, agent));
    }

    private void tick() {
        try {
            long now = clock.millis();
            while (!due.isEmpty() && due.peek().at() <= now && running.get() < MOST_AT_ONCE) {
                Due next = due.remove();
                Watched known = watched.get(next.agent());
                if (known != null && known.dueAt() == next.at()) {
                    agents.find(next.agent()).ifPresent(snapshot -> look(next.agent(), known.rule(), snapshot));
                }
            }
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("probing failed");
        }
    }

    private void look(AgentRef agent, ProbeRule rule, AgentSnapshot snapshot) {
        boolean ours = ownLanes.get().contains(Lanes.of(agent.agent().value(), lanes));
        if (!ours) {
            // Its lane's owner does; the lane may come here.
            plan(agent, ProbeRule.NEW, snapshot);
            return;
        }
        running.incrementAndGet();
        var unused = fetcher.get(order(agent, snapshot.getRegistration()))
                .handle((fetched, failure) -> problem(agent, snapshot.getRegistration(), fetched, failure))
                .whenCompleteAsync((problem, fault) -> ended(agent, rule, problem), thread);
    }

    private static FetchOrder order(AgentRef agent, AgentRegistration registration) {
        Destination endpoint = Destination.of(registration.getUrl());
        String path = registration.getProbePath();
        // A service without A2A has no certificate of the fabric: that of its host must do.
        FetchOrder.Trust trust =
                Reach.of(registration) == Reach.PLAIN_HTTP ? FetchOrder.Trust.WEB : FetchOrder.Trust.FABRIC;
        return new FetchOrder(agent.tenant(), path.isEmpty() ? endpoint : endpoint.at(path), trust);
    }

    /** Why it counts as not there; empty when it is. */
    private Optional<String> problem(
            AgentRef agent, AgentRegistration registration, @Nullable Fetched fetched, @Nullable Throwable failure) {
        if (fetched == null) {
            Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
            return Optional.of("probe: "
                    + (cause instanceof RefusedException refused ? refused.sentence() : "no answer (expected 200)"));
        }
        if (Reach.of(registration) != Reach.PLAIN_HTTP
                && !fetched.peer().equals(Optional.of(SpiffeId.agent(domain, agent)))) {
            return Optional.of("probe: somebody else answered (expected the agent's certificate)");
        }
        String body = new String(fetched.body(), StandardCharsets.UTF_8);
        return body.contains(registration.getProbeText())
                ? Optional.empty()
                : Optional.of("probe: the answer does not hold what the agent said it would");
    }

    private void ended(AgentRef agent, ProbeRule rule, Optional<String> problem) {
        running.decrementAndGet();
        agents.find(agent)
                .filter(Prober::isProbed)
                .ifPresentOrElse(
                        snapshot -> {
                            ProbeRule.Step step = rule.ended(problem.isEmpty(), snapshot.getHealth());
                            step.report().ifPresent(alive -> report(agent, problem));
                            plan(agent, step.next(), snapshot);
                        },
                        () -> watched.remove(agent));
    }

    private void report(AgentRef agent, Optional<String> problem) {
        reports.probed(agent, problem).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.atWarn()
                        .addKeyValue("agent", agent)
                        .addKeyValue("cause", failure.getMessage())
                        .log("the result of a probe could not be reported");
            }
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
