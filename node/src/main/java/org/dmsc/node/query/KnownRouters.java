package org.dmsc.node.query;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which routers there are, who has which lane, and who is not worth asking at the moment. Thread-safe. */
final class KnownRouters {

    /** A router that did not answer is left alone for so long: whoever asks would wait for nothing. */
    private static final long QUIET_MS = 1000;

    private final Set<RouterAddress> named;
    private final Clock clock;
    private final Set<RouterAddress> told = new LinkedHashSet<>();
    private final Map<Integer, RouterAddress> owners = new HashMap<>();
    private final Map<RouterAddress, Long> quietUntil = new HashMap<>();

    /** @param named those that the configuration names; others are heard of from them */
    KnownRouters(Collection<RouterAddress> named, Clock clock) {
        this.named = new LinkedHashSet<>(named);
        this.clock = clock;
    }

    /** Those worth asking, the best first. */
    synchronized List<RouterAddress> worthAsking() {
        Set<RouterAddress> all = new LinkedHashSet<>(named);
        all.addAll(told);
        return new ArrayList<>(all.stream().filter(this::speaks).toList());
    }

    /** The same for one lane. */
    synchronized List<RouterAddress> worthAsking(int lane) {
        List<RouterAddress> all = worthAsking();
        Optional.ofNullable(owners.get(lane)).filter(this::speaks).ifPresent(owner -> {
            all.remove(owner);
            all.add(0, owner);
        });
        return all;
    }

    synchronized void has(RouterAddress router, int lane) {
        owners.put(lane, router);
        quietUntil.remove(router);
    }

    synchronized void heardOf(Collection<RouterAddress> routers) {
        told.addAll(routers);
    }

    /** One that is not in the configuration may never come back: it is heard of again when it does. */
    synchronized void failed(RouterAddress router) {
        quietUntil.put(router, clock.millis() + QUIET_MS);
        told.remove(router);
        owners.values().removeIf(router::equals);
        quietUntil.values().removeIf(until -> until <= clock.millis());
    }

    private boolean speaks(RouterAddress router) {
        return quietUntil.getOrDefault(router, 0L) <= clock.millis();
    }
}
