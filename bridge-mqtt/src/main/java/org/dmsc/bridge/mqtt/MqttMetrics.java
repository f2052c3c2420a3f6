package org.dmsc.bridge.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.bridge.mqtt.broker.EmbeddedBroker;

/** Names and labels of this module's metrics. */
final class MqttMetrics {

    private static final String CONNECTIONS = "dmsc.mqtt.connections";
    private static final String PUBLISHES = "dmsc.mqtt.publishes";
    private static final String REFUSALS = "dmsc.mqtt.refusals";
    private static final String DELIVERIES = "dmsc.mqtt.deliveries";
    private static final String ANSWERS = "dmsc.mqtt.answers";
    private static final String REPLIES = "dmsc.mqtt.replies";
    private static final String OUTSIDE = "dmsc.mqtt.outside";

    private static final String HELD = "dmsc.mqtt.held.bytes";

    private final MeterRegistry meters;
    private final Map<String, Map<String, Counter>> counters = new ConcurrentHashMap<>();
    private final Map<String, Counter> outside = new ConcurrentHashMap<>();

    MqttMetrics(MeterRegistry meters, Devices devices) {
        this.meters = meters;
        meters.gauge(CONNECTIONS, devices, Devices::count);
    }

    /** Memory, as far as it can be told, of publishes that Kafka has not stored yet. */
    void held(EmbeddedBroker broker) {
        meters.gauge(HELD, broker, EmbeddedBroker::heldBytes);
    }

    /** A publish of a device, by what kind of topic it was on. */
    void published(String kind) {
        counter(PUBLISHES, "kind", kind).increment();
    }

    /** A connect, publish, subscription or will that was refused. */
    void refused(String what) {
        counter(REFUSALS, "what", what).increment();
    }

    /** A delivery, by how it ended at the device: received, refused, unsent. */
    void delivered(String how) {
        counter(DELIVERIES, "how", how).increment();
    }

    /** An answer of a device: taken, late, invalid. */
    void answered(String how) {
        counter(ANSWERS, "how", how).increment();
    }

    /** A reply to a device: sent, or lost because it is gone or did not subscribe. */
    void replied(String how) {
        counter(REPLIES, "how", how).increment();
    }

    /** Something that happened at an outside broker: {@code <connector>/<what>}. */
    void outside(String connector, String what) {
        outside.computeIfAbsent(
                        connector + "/" + what, key -> meters.counter(OUTSIDE, "connector", connector, "what", what))
                .increment();
    }

    /** Looking a meter up by its labels costs as much as the rest of a publish's bookkeeping, so each is looked up once. */
    private Counter counter(String name, String label, String value) {
        return counters.computeIfAbsent(name, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(value, key -> meters.counter(name, label, key));
    }
}
