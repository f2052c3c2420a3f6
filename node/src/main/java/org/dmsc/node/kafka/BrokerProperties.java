package org.dmsc.node.kafka;

import java.nio.file.Path;
import java.util.Properties;

/** The broker's settings, each with its reason; what is not here is Kafka's default. */
final class BrokerProperties {

    static final int NODE = 1;

    /** Body limit of the edges (10 MiB), half again for base64 and sealing. */
    private static final int LARGEST_RECORD = 16 * 1024 * 1024;

    private static final int SMALL_SEGMENT = 16 * 1024 * 1024;

    private BrokerProperties() {}

    static Properties of(BrokerSettings settings, int port, int controllerPort) {
        Properties p = new Properties();
        listeners(p, settings, port, controllerPort);
        storage(p, settings.data());
        transactions(p);
        oneReplica(p);
        threads(p);
        p.setProperty("authorizer.class.name", AuditGuard.class.getName());
        p.setProperty("alter.config.policy.class.name", AuditTopicPolicy.class.getName());
        // Without TLS whoever reaches the loopback listener is the fabric itself: everything but the audit log is open
        // to it.
        p.setProperty("super.users", "User:ANONYMOUS");
        settings.tls().ifPresent(tls -> security(p, tls));
        return p;
    }

    /** The controller alone, in a hurry to fence a broker that is dead: see {@link StaleRegistration}. */
    static Properties controllerOnly(BrokerSettings settings, int controllerPort) {
        Properties p = of(settings, controllerPort, controllerPort);
        p.setProperty("process.roles", "controller");
        p.setProperty("listeners", "CONTROLLER://127.0.0.1:" + controllerPort);
        p.remove("advertised.listeners");
        p.remove("inter.broker.listener.name");
        p.setProperty("broker.session.timeout.ms", "300");
        p.setProperty("broker.heartbeat.interval.ms", "100");
        return p;
    }

    private static void listeners(Properties p, BrokerSettings settings, int port, int controllerPort) {
        String protocol = settings.tls().isPresent() ? "SSL" : "PLAINTEXT";
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE));
        p.setProperty("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "CLIENTS");
        p.setProperty(
                "listeners", "CLIENTS://" + settings.host() + ":" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        p.setProperty("advertised.listeners", "CLIENTS://" + settings.host() + ":" + port);
        p.setProperty("listener.security.protocol.map", "CLIENTS:" + protocol + ",CONTROLLER:" + protocol);
    }

    private static void storage(Properties p, Path data) {
        p.setProperty("log.dirs", data.toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("message.max.bytes", Integer.toString(LARGEST_RECORD));
        p.setProperty("replica.fetch.max.bytes", Integer.toString(LARGEST_RECORD));
        // One broker: who acknowledged is who has it; an unclean leader could only be an older copy of a disk.
        p.setProperty("unclean.leader.election.enable", "false");
        p.setProperty("log.index.size.max.bytes", Integer.toString(1024 * 1024));
        p.setProperty("offsets.topic.segment.bytes", Integer.toString(SMALL_SEGMENT));
        p.setProperty("transaction.state.log.segment.bytes", Integer.toString(SMALL_SEGMENT));
        // The default takes 128 MiB of heap.
        p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024));
        p.setProperty("log.cleaner.threads", "1");
    }

    private static void transactions(Properties p) {
        // Four partitions each instead of fifty: less to make, to load and to keep open (facts/kafka.md a).
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.num.partitions", "4");
        // A killed router's transaction is aborted within its 3 s timeout plus this (design 14.7).
        p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        // A commit every millisecond meets the markers of the one before. The broker looks again each millisecond and
        // keeps the
        // request for up to a second: when it gives up early, the producer waits its own 100 ms, and a busy machine
        // does 13 tasks/s.
        p.setProperty("add.partitions.to.txn.retry.backoff.ms", "1");
        p.setProperty("add.partitions.to.txn.retry.backoff.max.ms", "1000");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
    }

    private static void oneReplica(Properties p) {
        p.setProperty("default.replication.factor", "1");
        p.setProperty("min.insync.replicas", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "1");
    }

    private static void threads(Properties p) {
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("group.coordinator.threads", "2");
        p.setProperty("background.threads", "2");
    }

    private static void security(Properties p, BrokerTls tls) {
        p.setProperty("ssl.client.auth", "required");
        tls.properties().forEach(p::setProperty);
        p.setProperty("principal.builder.class", SpiffePrincipals.class.getName());
        p.setProperty("allow.everyone.if.no.acl.found", "false");
        p.setProperty("super.users", SpiffePrincipals.SUPER_USERS);
    }
}
