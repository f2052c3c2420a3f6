package org.dmsc.tenant.quota;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.Rate;

/**
 * The limits of tenants and of their agents at this gateway. Edges ask before they do anything that costs: before a body is read, a message is
 * opened or sealed. Everything is answered from memory; other gateways' share of a limit comes by {@link UsageBoard}. Thread-safe, never blocks.
 *
 * <p>Refusals: RATE_LIMITED for what comes too fast, with the time after which it may come again; QUOTA_EXCEEDED for what is held too much.
 */
public final class QuotaGate {

    /** How long to wait for something that is held to be let go: nobody knows, so not at once. */
    private static final Duration LET_GO = Duration.ofSeconds(1);

    private final Policies policies;
    private final QuotaDefaults defaults;
    private final UsageBoard board;
    private final QuotaListener listener;
    private final LongSupplier nanos;
    private final Map<TenantId, TenantMeter> meters = new ConcurrentHashMap<>();

    /**
     * Nothing is counted yet.
     *
     * @param nanos as {@link System#nanoTime}
     */
    public QuotaGate(
            Policies policies, QuotaDefaults defaults, UsageBoard board, QuotaListener listener, LongSupplier nanos) {
        this.policies = policies;
        this.defaults = defaults;
        this.board = board;
        this.listener = listener;
        this.nanos = nanos;
    }

    /** Only what the defaults say, for one gateway alone. */
    public static QuotaGate usual() {
        return new QuotaGate(
                Policies.none(),
                QuotaDefaults.USUAL,
                new UsageBoard("alone", System::nanoTime),
                QuotaListener.NONE,
                System::nanoTime);
    }

    /**
     * One request of an agent. The agent's own limit is asked first, so that one agent does not use up what its tenant may.
     *
     * @param bytes of its body, as announced
     * @return its body, to be closed when it is read
     * @throws RefusedException RATE_LIMITED or QUOTA_EXCEEDED
     */
    public Holding request(AgentRef agent, long bytes) {
        TenantMeter meter = meter(agent.tenant());
        Optional<RateMeter> own = meter.agent(agent.agent());
        if (own.isPresent()) {
            require(
                    meter,
                    agent,
                    Quota.AGENT_REQUESTS,
                    own.get().limit(),
                    own.get().take());
        }
        require(
                meter,
                agent,
                Quota.REQUESTS,
                meter.requests().limit(),
                meter.requests().take());
        if (bytes <= 0) {
            return Holding.NONE;
        }
        Optional<RateMeter> flow = meter.bytes();
        if (flow.isPresent()) {
            require(meter, agent, Quota.BYTES, flow.get().limit(), flow.get().takeOnCredit(bytes));
        }
        return hold(meter, agent, Quota.BODIES, bytes);
    }

    /** One connection; to be closed with it. Refused with QUOTA_EXCEEDED. */
    public Holding connection(AgentRef agent) {
        return hold(meter(agent.tenant()), agent, Quota.CONNECTIONS, 1);
    }

    /** A connection that takes the place of another one, which ends: it is never too much. */
    public Holding replacement(AgentRef agent) {
        return meter(agent.tenant()).holdAnyway(Quota.CONNECTIONS, 1);
    }

    /** One subscription; to be closed when it ends. Refused with QUOTA_EXCEEDED. */
    public Holding subscription(AgentRef agent) {
        return hold(meter(agent.tenant()), agent, Quota.SUBSCRIPTIONS, 1);
    }

    /** One task; to be closed when it has ended. Refused with QUOTA_EXCEEDED. */
    public Holding task(AgentRef agent) {
        return hold(meter(agent.tenant()), agent, Quota.TASKS, 1);
    }

    /** What this gateway tells the others; called once per interval. */
    public Usage usage(Duration interval) {
        Map<String, Double> demands = new HashMap<>();
        Map<String, Long> held = new HashMap<>();
        meters.values().forEach(meter -> meter.tell(interval, demands, held));
        return new Usage(demands, held);
    }

    /** Takes this gateway's share of each rate, as the board has it now. */
    public void rebalance() {
        meters.values().forEach(meter -> meter.rebalance(board));
    }

    private TenantMeter meter(TenantId tenant) {
        Quotas quotas = policies.of(tenant).quotas();
        TenantMeter known = meters.get(tenant);
        return known == null
                ? meters.computeIfAbsent(tenant, key -> {
                    TenantMeter made = new TenantMeter(key, quotas, defaults, nanos);
                    made.rebalance(board);
                    return made;
                })
                : known.by(quotas);
    }

    private void require(TenantMeter meter, AgentRef agent, Quota quota, Rate limit, Optional<Duration> wait) {
        if (wait.isPresent()) {
            refuse(
                    meter,
                    agent,
                    quota,
                    RefusedException.until(
                            Refusal.RATE_LIMITED,
                            quota.label() + ": of " + whose(quota, agent) + " come faster than " + limit.perSecond()
                                    + "/s, burst " + limit.burst() + " (expected fewer, or a higher " + quota.key()
                                    + "); try again in "
                                    + Math.max(1, wait.get().toMillis()) + " ms",
                            wait.get()));
        }
    }

    private static String whose(Quota quota, AgentRef agent) {
        return quota == Quota.AGENT_REQUESTS ? "agent " + agent : "tenant " + agent.tenant();
    }

    private Holding hold(TenantMeter meter, AgentRef agent, Quota quota, long many) {
        long usual = meter.usual(quota);
        Optional<Long> shared = meter.shared(quota);
        long most = shared.map(limit -> board.room(Limits.of(agent.tenant(), quota), limit))
                .orElse(usual);
        Optional<Holding> held = meter.hold(quota, many, most);
        if (held.isPresent()) {
            return held.get();
        }
        refuse(
                meter,
                agent,
                quota,
                RefusedException.until(
                        Refusal.QUOTA_EXCEEDED,
                        quota.label() + ": tenant " + agent.tenant() + " has as many as it may, " + shared.orElse(usual)
                                + " (expected to end some, or a higher " + quota.key() + ")",
                        LET_GO));
        return meter.holdAnyway(quota, many);
    }

    /** Returns only when the tenant's quotas are in a dry run. */
    private void refuse(TenantMeter meter, AgentRef agent, Quota quota, RefusedException refusal) {
        if (meter.quotas().enforcement() == Enforcement.DRY_RUN) {
            listener.trial(agent, refusal);
            return;
        }
        listener.refused(agent.tenant(), quota);
        throw refusal;
    }
}
