package org.dmsc.node.kafka;

import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.AttributeNotFoundException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** What {@link AuditGuard} counts in this JVM. Kafka makes the guards, one for its broker and one for its controller, and shows their figures by JMX. */
public final class AuditAlarms {

    /** As Kafka shows it: attempts to change the audit log. */
    static final String ATTEMPTS = "audit-tampering-attempts";

    private static final String GUARDS = "kafka.server:type=plugins,class=" + AuditGuard.class.getSimpleName() + ",*";

    private AuditAlarms() {}

    /** {@code audit_tampering}: attempts since the broker's start that were refused; growing. */
    public static Map<String, Long> counters() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            long all = 0;
            for (ObjectName guard : server.queryNames(new ObjectName(GUARDS), null)) {
                all += attempts(server, guard);
            }
            return Map.of("audit_tampering", all);
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException("a constant name is well-formed", e);
        }
    }

    private static long attempts(MBeanServer server, ObjectName guard) {
        try {
            return ((Number) server.getAttribute(guard, ATTEMPTS)).longValue();
        } catch (InstanceNotFoundException | AttributeNotFoundException e) {
            // It stops just now, or it is a figure of the authorizer that ours extends.
            return 0;
        } catch (JMException e) {
            throw new IllegalStateException("the figure of " + guard + " cannot be read", e);
        }
    }
}
