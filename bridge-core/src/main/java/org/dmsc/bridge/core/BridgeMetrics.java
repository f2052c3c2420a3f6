package org.dmsc.bridge.core;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.dmsc.schemas.Refusal;

/** The metrics of bridge-core, by name. Labels are always present; none carries an id that a caller chooses. */
public final class BridgeMetrics {

    /** Tasks and follow-ups that Kafka took, by tenant. */
    public static final String ASKED = "dmsc.bridge.asked";
    /** What was refused at this edge, by refusal. */
    public static final String REFUSED = "dmsc.bridge.refused";
    /** What became of deliveries read here, by result: delivered, put_back, canceled, dropped, unreadable or a refusal. */
    public static final String DELIVERIES = "dmsc.bridge.deliveries";
    /** Events that somebody here waited for, by result: applied, ignored, unreadable. */
    public static final String EVENTS = "dmsc.bridge.events";
    /** From asking to the task's end, as a caller here sees it. */
    public static final String TASK_TIME = "dmsc.bridge.task.time";
    /** Tasks that somebody here waits for. */
    public static final String OPEN_TASKS = "dmsc.bridge.tasks.open";
    /** Lanes that this gateway owns. */
    public static final String LANES = "dmsc.bridge.lanes";

    private final MeterRegistry registry;

    public BridgeMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Where the meters live. */
    public MeterRegistry registry() {
        return registry;
    }

    /** A task went in. */
    public void asked(String tenant) {
        registry.counter(ASKED, "tenant", tenant).increment();
    }

    /** Something was refused. */
    public void refused(Refusal refusal) {
        registry.counter(REFUSED, "refusal", refusal.name()).increment();
    }

    /** A delivery was dealt with. */
    public void delivery(String result) {
        registry.counter(DELIVERIES, "result", result).increment();
    }

    /** A counter for events, to be kept: events come often. */
    public Counter events(String result) {
        return registry.counter(EVENTS, "result", result);
    }

    /** The timer of whole tasks. */
    public Timer taskTime() {
        return registry.timer(TASK_TIME);
    }
}
