package org.dmsc.bridge.core.deliver;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The attempts under way here, and the deliveries that were made here lately: a delivery that comes again is not made again. Thread-safe.
 */
final class ActiveDeliveries {

    /** How many finished deliveries are remembered: minutes at full load, and what a lane that comes back could bring again. */
    private static final int REMEMBERED = 20_000;

    private final Map<String, Attempt> active = new ConcurrentHashMap<>();
    private final Map<String, Boolean> recent = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** False when the same delivery is under way here or was made here. */
    boolean add(String key, Attempt attempt) {
        synchronized (recent) {
            if (recent.putIfAbsent(key, Boolean.TRUE) != null) {
                return false;
            }
        }
        active.put(key, attempt);
        return true;
    }

    boolean knows(String key) {
        synchronized (recent) {
            return recent.containsKey(key);
        }
    }

    /** It ended; it stays remembered. */
    void ended(String key) {
        active.remove(key);
    }

    /** Those under way now. */
    List<Attempt> all() {
        return List.copyOf(active.values());
    }

    /** Forgets attempts under way that match: nobody will end them. */
    void forget(Predicate<Attempt> wanted) {
        active.values().removeIf(wanted);
    }
}
