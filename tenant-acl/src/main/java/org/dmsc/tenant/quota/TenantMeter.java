package org.dmsc.tenant.quota;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.Rate;

/** What one tenant takes of this gateway. Numbers outlive a change of its document, rates begin anew. Thread-safe. */
final class TenantMeter {

    private static final int MOST_AGENTS = 100_000;
    private static final Duration FORGET_AGENT = Duration.ofMinutes(10);

    private final TenantId tenant;
    private final QuotaDefaults defaults;
    private final LongSupplier nanos;
    private final Map<Quota, AtomicLong> held = new EnumMap<>(Quota.class);
    private volatile Rates rates;

    /** The rates of one document. */
    private record Rates(
            Quotas quotas, RateMeter requests, Optional<RateMeter> bytes, Cache<AgentId, RateMeter> agents) {}

    TenantMeter(TenantId tenant, Quotas quotas, QuotaDefaults defaults, LongSupplier nanos) {
        this.tenant = tenant;
        this.defaults = defaults;
        this.nanos = nanos;
        for (Quota quota : Quota.values()) {
            held.put(quota, new AtomicLong());
        }
        this.rates = rates(quotas);
    }

    /** The same, by the document as it is now. */
    TenantMeter by(Quotas quotas) {
        if (!rates.quotas().equals(quotas)) {
            synchronized (this) {
                if (!rates.quotas().equals(quotas)) {
                    rates = rates(quotas);
                }
            }
        }
        return this;
    }

    private Rates rates(Quotas quotas) {
        Rate requests = quotas.tenant().equals(Rate.UNLIMITED) ? defaults.requests() : quotas.tenant();
        return new Rates(
                quotas,
                new RateMeter(requests, nanos),
                quotas.bytesPerSecond() == Quotas.UNLIMITED
                        ? Optional.empty()
                        : Optional.of(new RateMeter(
                                new Rate(quotas.bytesPerSecond(), Math.max(1, quotas.bytesPerSecond())), nanos)),
                Caffeine.newBuilder()
                        .maximumSize(MOST_AGENTS)
                        .expireAfterAccess(FORGET_AGENT)
                        .build());
    }

    Quotas quotas() {
        return rates.quotas();
    }

    RateMeter requests() {
        return rates.requests();
    }

    Optional<RateMeter> bytes() {
        return rates.bytes();
    }

    /** Of one agent; empty when agents are not limited one by one. */
    Optional<RateMeter> agent(AgentId agent) {
        Rates now = rates;
        return now.quotas().agent().equals(Rate.UNLIMITED)
                ? Optional.empty()
                : Optional.of(now.agents()
                        .get(agent, key -> new RateMeter(now.quotas().agent(), nanos)));
    }

    /** What the document says, if it does; what it does not say holds for each gateway by itself. */
    Optional<Long> shared(Quota quota) {
        return Optional.of(configured(quota)).filter(most -> most != Quotas.UNLIMITED);
    }

    long usual(Quota quota) {
        switch (quota) {
            case CONNECTIONS:
                return defaults.connections();
            case TASKS:
                return defaults.inFlightTasks();
            case SUBSCRIPTIONS:
                return defaults.subscriptions();
            case BODIES:
                return defaults.bodyBytes();
            default:
                throw new IllegalArgumentException(quota + " is a rate, not a number");
        }
    }

    private long configured(Quota quota) {
        Quotas quotas = rates.quotas();
        switch (quota) {
            case CONNECTIONS:
                return quotas.connections();
            case TASKS:
                return quotas.inFlightTasks();
            case SUBSCRIPTIONS:
                return quotas.subscriptions();
            default:
                return Quotas.UNLIMITED;
        }
    }

    /** Holds so many of a number if there are so many; empty when not. */
    Optional<Holding> hold(Quota quota, long many, long most) {
        AtomicLong count = counter(quota);
        for (long now = count.get(); ; now = count.get()) {
            if (now + many > most) {
                return Optional.empty();
            }
            if (count.compareAndSet(now, now + many)) {
                return Optional.of(new Holding(count, many));
            }
        }
    }

    /** Holds so many, whatever the limit. */
    Holding holdAnyway(Quota quota, long many) {
        AtomicLong count = counter(quota);
        count.addAndGet(many);
        return new Holding(count, many);
    }

    private AtomicLong counter(Quota quota) {
        AtomicLong count = held.get(quota);
        if (count == null) {
            throw new IllegalStateException("no counter of " + quota);
        }
        return count;
    }

    /** What is wanted and held of limits that gateways share, for a report. */
    void tell(Duration interval, Map<String, Double> demands, Map<String, Long> numbers) {
        Rates now = rates;
        double requests = now.requests().demand(interval);
        if (!now.quotas().tenant().equals(Rate.UNLIMITED)) {
            put(demands, Limits.of(tenant, Quota.REQUESTS), requests);
        }
        now.bytes().ifPresent(meter -> put(demands, Limits.of(tenant, Quota.BYTES), meter.demand(interval)));
        now.agents().asMap().forEach((agent, meter) -> put(demands, Limits.of(tenant, agent), meter.demand(interval)));
        held.forEach((quota, count) -> {
            if (count.get() > 0 && configured(quota) != Quotas.UNLIMITED) {
                numbers.put(Limits.of(tenant, quota), count.get());
            }
        });
    }

    private static void put(Map<String, Double> demands, String limit, double demand) {
        if (demand > 0) {
            demands.put(limit, demand);
        }
    }

    /** Takes this gateway's share of each rate. */
    void rebalance(UsageBoard board) {
        Rates now = rates;
        if (!now.quotas().tenant().equals(Rate.UNLIMITED)) {
            rebalance(board, Limits.of(tenant, Quota.REQUESTS), now.requests());
        }
        now.bytes().ifPresent(meter -> rebalance(board, Limits.of(tenant, Quota.BYTES), meter));
        now.agents().asMap().forEach((agent, meter) -> rebalance(board, Limits.of(tenant, agent), meter));
    }

    private static void rebalance(UsageBoard board, String limit, RateMeter meter) {
        meter.share(board.share(limit, (double) meter.limit().perSecond()));
    }
}
