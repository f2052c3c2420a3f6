package org.dmsc.bridge.http;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What this process says of itself. None of these may block.
 *
 * @param ready whether it can take work now
 * @param condition one sentence: why it is not ready, or what it owns
 * @param statusJson a JSON object: gateway id, lanes, roles, ports
 * @param metrics Prometheus text
 */
public record NodeStatus(
        BooleanSupplier ready, Supplier<String> condition, Supplier<String> statusJson, Supplier<String> metrics) {}
