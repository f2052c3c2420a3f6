package org.dmsc.node.kafka;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a killed broker left in the cluster's metadata: itself, registered and leading.
 *
 * <p>Without this a start after {@code kill -9} waits 9 s for the dead registration to expire and, worse, can lose a marker: the transaction
 * coordinator comes up on the old metadata, aborts what was open, finds its own broker fenced, takes the partition for deleted and skips the
 * marker ("these partitions are likely deleted already", seen on 4.3.1); committed readers of that partition then wait for ever. So the
 * controller runs alone first, until it has fenced the dead broker; the start after that is like one after a clean stop.
 */
final class StaleRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(StaleRegistration.class);

    /** Kafka writes it when its logs were closed in order, and removes it at the next start. */
    private static final String CLEAN_STOP = ".kafka_cleanshutdown";

    /** Beyond this the broker was never registered: killed in its first second. */
    private static final Duration LONGEST = Duration.ofSeconds(6);

    private static final Duration STEP = Duration.ofMillis(20);

    private StaleRegistration() {}

    /** Whether the last process that used this folder did not stop in order. */
    static boolean mayBeIn(Path data) {
        return Files.exists(data.resolve("meta.properties")) && !Files.exists(data.resolve(CLEAN_STOP));
    }

    static void clear(Properties controllerOnly) {
        long before = System.nanoTime();
        KafkaRaftServer controller = new KafkaRaftServer(KafkaConfig.fromProps(controllerOnly, false), Time.SYSTEM);
        controller.startup();
        boolean fenced = awaitFenced(before + LONGEST.toNanos());
        controller.shutdown();
        controller.awaitShutdown();
        LOG.atInfo()
                .addKeyValue("fenced", fenced)
                .addKeyValue("ms", Duration.ofNanos(System.nanoTime() - before).toMillis())
                .log("the last stop was not a clean one; the dead broker's registration is ended");
    }

    private static boolean awaitFenced(long deadline) {
        while (System.nanoTime() < deadline) {
            if (count("FencedBrokerCount") > 0 && count("ActiveBrokerCount") == 0) {
                return true;
            }
            LockSupport.parkNanos(STEP.toNanos());
        }
        return false;
    }

    private static int count(String metric) {
        try {
            MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = new ObjectName("kafka.controller:type=KafkaController,name=" + metric);
            return beans.isRegistered(name) ? (Integer) beans.getAttribute(name, "Value") : 0;
        } catch (JMException e) {
            throw new IllegalStateException("metric " + metric + ": not readable", e);
        }
    }
}
