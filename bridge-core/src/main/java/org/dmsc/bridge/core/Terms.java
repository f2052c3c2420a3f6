package org.dmsc.bridge.core;

import java.time.Duration;
import java.util.Optional;

/**
 * How a request wants to be treated.
 *
 * @param timeout the caller's own limit; the tenant's limit holds in any case
 * @param protocol a2a-http, mcp, a2a-mqtt5, dmsc-mqtt311 or internal
 * @param delegationToken what a delivered task carried, when this request is a sub-task of it
 * @param priority what the caller wishes; a sub-task's is never higher than its parent's
 */
public record Terms(
        boolean streaming,
        Optional<Duration> timeout,
        String protocol,
        Optional<String> traceparent,
        Optional<String> delegationToken,
        Priority priority) {

    /** Of the usual priority. */
    public Terms(
            boolean streaming,
            Optional<Duration> timeout,
            String protocol,
            Optional<String> traceparent,
            Optional<String> delegationToken) {
        this(streaming, timeout, protocol, traceparent, delegationToken, Priority.NORMAL);
    }

    /** No wish at all. */
    public static Terms plain(String protocol) {
        return new Terms(false, Optional.empty(), protocol, Optional.empty(), Optional.empty());
    }
}
