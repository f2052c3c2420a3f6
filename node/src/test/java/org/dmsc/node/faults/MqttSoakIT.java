package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.kafka.KafkaConnection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The MQTT edge for an hour ({@code -Ddmsc.soak.minutes}), in rounds of load and silence ({@code -Ddmsc.soak.busy}, {@code -Ddmsc.soak.quiet}
 * seconds): devices that ask, devices that report, a pool at a Mosquitto that is served by a shared subscription, and many that are silent but
 * for one request of each after each silence, when a connection or a subscription that fell asleep would show. Nothing may stay without an
 * answer, and threads and open files may not grow. Case 53 of contracts/security.md.
 */
@Tag("long")
@Timeout(value = 3, unit = TimeUnit.HOURS)
final class MqttSoakIT {

    private static final int MINUTES = Integer.getInteger("dmsc.soak.minutes", 60);
    private static final int BUSY_SECONDS = Integer.getInteger("dmsc.soak.busy", 210);
    private static final int QUIET_SECONDS = Integer.getInteger("dmsc.soak.quiet", 90);
    private static final int ASKERS = 20;
    private static final int REQUESTS = 5;
    private static final int SENSORS = 100;
    private static final int REPORTS = 100;
    private static final int SILENT = 200;
    private static final int WAKE_RATE = 20;
    private static final int POOL_REQUESTS = 2;
    private static final int MOST_GROWTH = 40;
    private static final Duration FLEET = Duration.ofMinutes(30);
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final String TENANT = "acme";

    /** Kept with all logs when something is wrong. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final List<ProcessGauge> gauges = new ArrayList<>();

    @Test
    void nothingFallsAsleepAndNothingGrows() throws Exception {
        assumeTrue(PoolLoad.program().isPresent(), "no mosquitto here (expected the distribution's package)");
        try (PoolLoad pool = PoolLoad.start(PoolLoad.program().orElseThrow(), folder);
                NodeProcess node = start(pool)) {
            node.as(node.operator()).post("/v1/config/tenants", "{\"tenant\":\"" + TENANT + "\"}");
            issue(node, "out-asker");
            pool.connect();
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
            do {
                fleet(node, pool, Math.min(end, System.nanoTime() + FLEET.toNanos()));
            } while (System.nanoTime() < end);
            nothingGrew();
        }
    }

    /** All devices with new certificates, which the operator's desk gives for an hour. */
    private void fleet(NodeProcess node, PoolLoad pool, long end) throws Exception {
        try (HttpAgent worker = worker(node);
                DeviceLoad askers = new DeviceLoad();
                DeviceLoad silent = new DeviceLoad();
                ReportLoad sensors = new ReportLoad(TENANT)) {
            assertThat(worker.url()).startsWith("https");
            int port = node.description().mqttPort();
            for (int i = 0; i < ASKERS; i++) {
                askers.add(TENANT, "asker-" + i, issue(node, "asker-" + i), port);
            }
            for (int i = 0; i < SILENT; i++) {
                silent.add(TENANT, "silent-" + i, issue(node, "silent-" + i), port);
            }
            for (int i = 0; i < SENSORS; i++) {
                sensors.add("sensor-" + i, issue(node, "sensor-" + i), port);
            }
            do {
                round(gauges.size() + 1, node, askers, silent, sensors, pool);
            } while (System.nanoTime() < end);
            acceptedOnce(node, askers, silent);
        }
    }

    private void round(
            int round, NodeProcess node, DeviceLoad askers, DeviceLoad silent, ReportLoad sensors, PoolLoad pool) {
        askers.start(REQUESTS);
        sensors.start(REPORTS);
        pool.start(POOL_REQUESTS);
        passes(BUSY_SECONDS);
        askers.pause();
        sensors.pause();
        pool.pause();
        settled(round, askers, silent, sensors, pool);
        passes(QUIET_SECONDS);

        int before = silent.asked();
        silent.start(WAKE_RATE);
        pool.start(POOL_REQUESTS);
        Until.happens("each silent device asks", BOUND, () -> silent.asked() >= before + SILENT);
        silent.pause();
        pool.pause();
        settled(round, askers, silent, sensors, pool);
        ProcessGauge gauge = ProcessGauge.of(node.description().pid(), folder.resolve("node"));
        gauges.add(gauge);
        System.out.println("round " + round + ": " + askers.asked() + " requests, " + silent.asked()
                + " after silences, " + pool.asked() + " by the pool, "
                + (askers.errors().size() + silent.errors().size()) + " refused, the others answered; "
                + sensors.reported() + " reports acknowledged; sent again "
                + (askers.sentAgain() + silent.sentAgain() + sensors.sentAgain()) + "; " + gauge);
    }

    private static void settled(int round, DeviceLoad askers, DeviceLoad silent, ReportLoad sensors, PoolLoad pool) {
        Until.happens(
                () -> "round " + round + ": open are " + askers.unanswered().size() + " requests, "
                        + silent.unanswered().size() + " of silent devices, "
                        + pool.open().size() + " of the pool, "
                        + sensors.open().size() + " reports",
                BOUND,
                () -> askers.unanswered().isEmpty()
                        && silent.unanswered().isEmpty()
                        && pool.open().isEmpty()
                        && sensors.open().isEmpty());
    }

    private void acceptedOnce(NodeProcess node, DeviceLoad askers, DeviceLoad silent) {
        Map<String, String> security = new HashMap<>();
        node.description().kafkaClient().forEach((key, value) -> security.put(key, value.toString()));
        KafkaConnection kafka = new KafkaConnection(node.description().bootstrap(), security, "faults-");
        Map<String, Long> accepted = AuditLog.read(kafka, TENANT).perTask(AuditKind.TASK_ACCEPTED);
        assertThat(accepted.keySet()).containsAll(askers.replied()).containsAll(silent.replied());
        assertThat(accepted.values()).as("tasks that were accepted twice").allMatch(count -> count == 1);
        assertThat(askers.errors().size() + silent.errors().size())
                .as("refused: %s %s", askers.errors(), silent.errors())
                .isLessThanOrEqualTo(accepted.size() / 100);
    }

    /** Against the second round, when all that is made once has been made. */
    private void nothingGrew() {
        ProcessGauge early = gauges.get(Math.min(1, gauges.size() - 1));
        ProcessGauge late = gauges.get(gauges.size() - 1);
        assertThat(late.threads()).as("threads, %s", gauges).isLessThanOrEqualTo(early.threads() + MOST_GROWTH);
        assertThat(late.others())
                .as("open sockets and the like, %s", gauges)
                .isLessThanOrEqualTo(early.others() + MOST_GROWTH);
    }

    private NodeProcess start(PoolLoad pool) throws Exception {
        Path config = Files.write(folder.resolve("dmsc.yaml"), pool.connector(TENANT));
        return NodeProcess.up(
                folder.resolve("node"), "--config", config.toString(), "--http-port", "0", "--mqtt-port", "0");
    }

    /** Does whatever is asked, at once. */
    private static HttpAgent worker(NodeProcess node) {
        Credentials credentials = issue(node, "worker");
        HttpAgent made = HttpAgent.start(credentials, text -> "done");
        ObjectNode body = Participant.JSON.createObjectNode();
        body.set("card", made.card("worker", "measure", "Measures", "measuring"));
        body.putObject("dmsc").put("capacity", 1000);
        assertThat(node.as(credentials).post("/v1/agents/worker", body).status() / 100)
                .isEqualTo(2);
        return made;
    }

    private static Credentials issue(NodeProcess node, String agent) {
        Answer issued = node.as(node.operator())
                .post("/v1/config/tenants/" + TENANT + "/agents/" + agent + "/credentials", "{}");
        assertThat(issued.status() / 100).as("%s", issued).isEqualTo(2);
        return Credentials.of(issued.body());
    }

    private static void passes(int seconds) {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
