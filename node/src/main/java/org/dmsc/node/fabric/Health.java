package org.dmsc.node.fabric;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the parts of this node say of themselves: behind /ready and in the status. Thread-safe. */
final class Health {

    private record Part(BooleanSupplier healthy, Supplier<String> words) {}

    private final Map<String, Part> parts = new ConcurrentHashMap<>();

    void watch(String name, BooleanSupplier healthy, Supplier<String> words) {
        parts.put(name, new Part(healthy, words));
    }

    /** Whether all parts are well. */
    boolean ready() {
        return parts.values().stream().allMatch(part -> part.healthy().getAsBoolean());
    }

    /** Each part in words, ordered by name. */
    Map<String, String> words() {
        Map<String, String> all = new LinkedHashMap<>();
        parts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> all.put(
                        entry.getKey(),
                        (entry.getValue().healthy().getAsBoolean() ? "ok: " : "not ready: ")
                                + entry.getValue().words().get()));
        return all;
    }
}
