package org.dmsc.bridge.core;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** This process as one of the fabric's gateways: its lanes (design 6) and what it reads because of them. Thread-safe. */
public interface Gateway {

    /** Name of this gateway, stable over restarts. */
    String id();

    /** Grows with each start of it. */
    long epoch();

    /** True while it owns a lane, reads its topics and has proven both lately; edges listen only then. */
    boolean ready();

    /** One sentence: why it is not ready, or what it owns. */
    String condition();

    /** The lanes it owns now. */
    Set<Integer> lanes();

    /** Tells about each change of the lanes, on the lane loop's thread: listeners MUST NOT block. */
    void onLanes(Consumer<Set<Integer>> listener);

    /** Adds a way to agents; the first that serves an agent gets its deliveries. */
    void addLink(AgentLink link);

    /** Publishes where its edges listen, with the next lease record. */
    void advertise(Optional<String> httpUrl, Optional<String> mqttUrl);
}
