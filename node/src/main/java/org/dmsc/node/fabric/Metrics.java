package org.dmsc.node.fabric;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The meters of this process, and their text for Prometheus. */
final class Metrics implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbage = new JvmGcMetrics();
    private final Map<String, Supplier<Map<String, Long>>> counters = new ConcurrentHashMap<>();

    Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        garbage.bindTo(registry);
    }

    MeterRegistry registry() {
        return registry;
    }

    /** Counters that a part keeps itself, as {@code dmsc.<part>.<name>}. */
    void counters(String part, Supplier<Map<String, Long>> values) {
        counters.put(part, values);
    }

    String text() {
        counters.forEach((part, values) -> values.get().keySet().forEach(name -> bind(part, name, values)));
        return registry.scrape();
    }

    /** Micrometer keeps the first of a name, so that binding again changes nothing. */
    private void bind(String part, String name, Supplier<Map<String, Long>> values) {
        FunctionCounter.builder(
                        "dmsc." + part + "." + name.replace('_', '.'),
                        values,
                        v -> v.get().getOrDefault(name, 0L))
                .register(registry);
    }

    @Override
    public void close() {
        garbage.close();
        registry.close();
    }
}
