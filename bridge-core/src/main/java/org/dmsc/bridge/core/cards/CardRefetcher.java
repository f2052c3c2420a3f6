package org.dmsc.bridge.core.cards;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.CardSource;
import org.dmsc.tenant.directory.Agents;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again at the cards of agents that were registered by their URL, as long as they are: each by the gateway that owns the agent's lane, when
 * {@link RefetchRule} says so, give or take a tenth, so many at once. What becomes of the answer is {@link CardLook}'s. Agents by due time, never a
 * scan of all. One thread; fetches run beside it. What it remembers is in memory: another gateway, or this one started anew, asks for the whole
 * card once more and finds it the same.
 */
public final class CardRefetcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CardRefetcher.class);
    private static final long TICK_MS = 100;
    private static final int MOST_AT_ONCE = 16;
    private static final double JITTER = 0.2;

    private final CardLook look;
    private final Place place;
    private final Duration usual;
    private final Clock clock;
    private final DoubleSupplier random;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "dmsc-cards");
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

    /** What is remembered of an agent: of which address, how its looks went, and when the next one is due. */
    private record Watched(String url, RefetchRule rule, long dueAt) {}

    /**
     * Where the agents are.
     *
     * @param ownLanes lanes of this gateway now
     * @param lanes of every tenant topic
     */
    public record Place(Agents agents, Supplier<Set<Integer>> ownLanes, int lanes) {}

    /**
     * @param usual how often a card is looked at that does not say how long it stays
     * @param random from 0 to 1, so that gateways that started at once do not ask at once
     */
    public CardRefetcher(CardLook look, Place place, Duration usual, Clock clock, DoubleSupplier random) {
        this.look = look;
        this.place = place;
        this.usual = usual;
        this.clock = clock;
        this.random = random;
    }

    /** Begins. */
    public void start() {
        place.agents().onChange((agent, snapshot) -> {
            if (snapshot.filter(CardRefetcher::isFetched).isPresent() != watched.containsKey(agent)) {
                thread.execute(() -> changed(agent));
            }
        });
        var unused = thread.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    private static boolean isFetched(AgentSnapshot snapshot) {
        CardSource source = snapshot.getRegistration().getSource();
        return source != null && !source.getUrl().isEmpty();
    }

    private void changed(AgentRef agent) {
        Optional<AgentSnapshot> now = place.agents().find(agent).filter(CardRefetcher::isFetched);
        if (now.isEmpty()) {
            watched.remove(agent);
        } else if (!watched.containsKey(agent)) {
            // Somewhere in the first interval: after a restart all of them come at once.
            plan(agent, url(now.get()), RefetchRule.NEW, Math.round(usual.toMillis() * random.getAsDouble()));
        }
    }

    private static String url(AgentSnapshot snapshot) {
        return snapshot.getRegistration().getSource().getUrl();
    }

    private void plan(AgentRef agent, String url, RefetchRule rule, long waitMs) {
        long at = clock.millis() + waitMs;
        watched.put(agent, new Watched(url, rule, at));
        due.add(new Due(at, agent));
    }

    private void tick() {
        try {
            long now = clock.millis();
            while (!due.isEmpty() && due.peek().at() <= now && running.get() < MOST_AT_ONCE) {
                Due next = due.remove();
                Watched known = watched.get(next.agent());
                if (known != null && known.dueAt() == next.at()) {
                    begin(next.agent(), known);
                }
            }
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("looking at cards failed");
        }
    }

    private void begin(AgentRef agent, Watched known) {
        Optional<AgentSnapshot> snapshot = place.agents().find(agent).filter(CardRefetcher::isFetched);
        if (snapshot.isEmpty()) {
            watched.remove(agent);
            return;
        }
        String url = url(snapshot.get());
        if (!place.ownLanes().get().contains(Lanes.of(agent.agent().value(), place.lanes()))) {
            // Its lane's owner does; the lane may come here.
            plan(agent, url, RefetchRule.NEW, jittered(usual));
            return;
        }
        RefetchRule rule = known.url().equals(url) ? known.rule() : RefetchRule.NEW;
        running.incrementAndGet();
        var unused = look.at(agent, snapshot.get().getRegistration(), rule)
                .whenCompleteAsync((next, fault) -> ended(agent, url, rule, next, fault), thread);
    }

    private void ended(
            AgentRef agent, String url, RefetchRule rule, @Nullable RefetchRule next, @Nullable Throwable fault) {
        running.decrementAndGet();
        if (next == null) {
            LOG.atError().addKeyValue("agent", agent).setCause(fault).log("a card could not be looked at");
        }
        RefetchRule now = next == null ? rule.failed() : next;
        plan(agent, url, now, jittered(now.wait(usual)));
    }

    private long jittered(Duration wait) {
        return Math.round(wait.toMillis() * (1 - JITTER / 2 + JITTER * random.getAsDouble()));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
