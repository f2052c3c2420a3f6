package org.dmsc.node.kafka;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What each {@link AuditGuard} of this JVM counts: Kafka makes them, one for its broker and one for its controller, and gives nobody hold of
 * them. Not read back from their JMX figures, whose names say nothing of the broker: the first of two that stops would take both away.
 */
public final class AuditAlarms {

    /** As Kafka shows it by JMX: attempts to change the audit log. */
    static final String ATTEMPTS = "audit-tampering-attempts";

    private static final LongAdder ALL = new LongAdder();

    private AuditAlarms() {}

    /** One more attempt. */
    static void raise() {
        ALL.increment();
    }

    /** {@code audit_tampering}: attempts since the start of this process that were refused; growing. */
    public static Map<String, Long> counters() {
        return Map.of("audit_tampering", ALL.sum());
    }
}
