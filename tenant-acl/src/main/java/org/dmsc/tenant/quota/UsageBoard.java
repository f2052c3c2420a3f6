package org.dmsc.tenant.quota;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What the live gateways told last, and what follows from it for this one. A report counts from when it was heard here, because clocks of
 * machines differ, and for {@link #TTL}. A gateway that does not hear even itself knows nothing, and takes an even share. Thread-safe.
 */
public final class UsageBoard {

    /** Four reports may get lost before a gateway counts as gone. */
    static final Duration TTL = Duration.ofSeconds(2);

    private final String self;
    private final LongSupplier nanos;
    private final Map<String, Heard> latest = new ConcurrentHashMap<>();
    private volatile int lastCount = 1;

    private record Heard(Usage usage, long at) {}

    /**
     * A board on which nothing is told yet.
     *
     * @param nanos as {@link System#nanoTime}
     */
    public UsageBoard(String self, LongSupplier nanos) {
        this.self = self;
        this.nanos = nanos;
    }

    /** A gateway told what it sees. */
    public void heard(String gateway, Usage usage) {
        latest.put(gateway, new Heard(usage, nanos.getAsLong()));
        remember();
    }

    /** A gateway said good-bye. */
    public void left(String gateway) {
        latest.remove(gateway);
        remember();
    }

    /** How many there are, for when nothing is heard any more. */
    private void remember() {
        Map<String, Usage> live = live();
        if (live.containsKey(self)) {
            lastCount = live.size();
        }
    }

    /** Whether reports come through: this gateway hears its own. */
    public boolean hears() {
        return live().containsKey(self);
    }

    /** How much of a rate is this gateway's. */
    double share(String limit, double rate) {
        Map<String, Usage> live = live();
        if (!live.containsKey(self)) {
            return rate / Math.max(lastCount, live.size() + 1);
        }
        Map<String, Double> demands = new HashMap<>();
        live.forEach((gateway, usage) -> demands.put(gateway, usage.demands().getOrDefault(limit, 0.0)));
        return RateDivision.divide(rate, demands).getOrDefault(self, rate);
    }

    /** How many of a number this gateway may hold: what others do not. */
    long room(String limit, long most) {
        Map<String, Usage> live = live();
        if (!live.containsKey(self)) {
            return most / Math.max(lastCount, live.size() + 1);
        }
        long others = live.entrySet().stream()
                .filter(one -> !one.getKey().equals(self))
                .mapToLong(one -> one.getValue().held().getOrDefault(limit, 0L))
                .sum();
        return Math.max(0, most - others);
    }

    private Map<String, Usage> live() {
        long now = nanos.getAsLong();
        Map<String, Usage> live = new HashMap<>();
        latest.forEach((gateway, heard) -> {
            if (now - heard.at() <= TTL.toNanos()) {
                live.put(gateway, heard.usage());
            }
        });
        return live;
    }
}
