package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
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
 * Devices ask with QoS 1 ({@code -Ddmsc.mqtt.clients=20 -Ddmsc.mqtt.rate=20}), others report their load ({@code -Ddmsc.mqtt.sensors=200
 * -Ddmsc.mqtt.reports=2000}), while their gateway is killed, Kafka stands still ({@code -Ddmsc.mqtt.outage=30} seconds), and Kafka is killed:
 * nothing that was acknowledged is lost or stays without an answer, no task is created twice, and a gateway that is closed while Kafka stands still acknowledges nothing
 * any more. Cases 49 and 101 of contracts/security.md.
 */
@Tag("long")
@Timeout(900)
final class MqttKillIT {

    private static final int CLIENTS = Integer.getInteger("dmsc.mqtt.clients", 20);
    private static final int RATE = Integer.getInteger("dmsc.mqtt.rate", 20);
    private static final int SENSORS = Integer.getInteger("dmsc.mqtt.sensors", 200);
    private static final int REPORTS = Integer.getInteger("dmsc.mqtt.reports", 2000);
    private static final int OUTAGE_SECONDS = Integer.getInteger("dmsc.mqtt.outage", 30);
    private static final int WINDOW_SECONDS = 8;
    private static final Duration BOUND = Duration.ofMinutes(4);
    private static final String TENANT = "acme";

    /** Kept with all logs when something is wrong. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Optional<HttpAgent> worker = Optional.empty();
    private final Map<String, NodeProcess> running = new HashMap<>();
    private final Map<String, List<String>> options = new HashMap<>();

    @Test
    void nothingAcknowledgedIsLostAndNothingIsDoneTwice() throws Exception {
        int mqtt = freePort();
        int kafka = freePort();
        options.put("broker", List.of("--roles", "broker", "--kafka-port", String.valueOf(kafka)));
        options.put("router", List.of("--roles", "router,registry,audit", "--kafka", "127.0.0.1:" + kafka));
        options.put(
                "edge",
                List.of(
                        "--roles",
                        "http,mqtt",
                        "--kafka",
                        "127.0.0.1:" + kafka,
                        "--http-port",
                        "0",
                        "--mqtt-port",
                        String.valueOf(mqtt)));
        try (DeviceLoad load = new DeviceLoad();
                ReportLoad reports = new ReportLoad(TENANT)) {
            begin("broker");
            running.get("broker").awaitReady();
            begin("router");
            begin("edge");
            running.get("router").awaitReady();
            running.get("edge").awaitReady();
            devices(load, reports, mqtt);
            worker = Optional.of(worker());
            load.start(RATE);
            reports.start(REPORTS);

            window("before any fault", load, reports);
            running.get("edge").kill();
            passes(1);
            again("edge");
            window("after kill -9 of the gateway", load, reports);
            running.get("broker").freeze();
            passes(1);
            Set<String> before = stored(load);
            int told = reports.acknowledged().size();
            passes(OUTAGE_SECONDS);
            Set<String> meanwhile = stored(load);
            meanwhile.removeAll(before);
            assertThat(meanwhile).as("acknowledged while Kafka stood still").isEmpty();
            assertThat(reports.acknowledged())
                    .as("reports acknowledged while Kafka stood still")
                    .hasSize(told);
            running.get("broker").thaw();
            window("after Kafka stood still for " + OUTAGE_SECONDS + " s", load, reports);
            running.get("broker").kill();
            passes(1);
            again("broker");
            window("after kill -9 of Kafka", load, reports);
            load.pause();
            reports.pause();
            Until.happens(
                    () -> "acknowledgement of " + load.open().size() + " requests and "
                            + reports.open().size() + " reports",
                    BOUND,
                    () -> load.open().isEmpty() && reports.open().isEmpty());
            verify(load);
            verify(reports);
            closesWithoutAWord(mqtt);
        } finally {
            worker.ifPresent(HttpAgent::close);
            List.of("edge", "router", "broker").forEach(name -> {
                NodeProcess node = running.get(name);
                if (node != null) {
                    node.thaw();
                    node.kill();
                }
            });
        }
    }

    private void verify(DeviceLoad load) {
        Set<String> stored = stored(load);
        Until.happens(
                () -> "audit of " + missing(stored).size() + " accepted tasks",
                BOUND,
                () -> missing(stored).isEmpty());
        Until.happens(
                () -> "answers to " + load.unanswered().size() + " acknowledged requests",
                BOUND,
                () -> load.unanswered().isEmpty());
        Map<String, Long> accepted = audit().perTask(AuditKind.TASK_ACCEPTED);
        System.out.println("asked " + load.asked() + ", acknowledged "
                + load.acknowledged().size() + ", sent again "
                + load.sentAgain() + ", refused "
                + load.errors().values().stream().collect(Collectors.groupingBy(why -> why, Collectors.counting()))
                + ", replied "
                + load.replied().size() + ", accepted tasks " + accepted.size() + ", of them more than once "
                + accepted.values().stream().filter(count -> count > 1).count());

        assertThat(accepted.keySet()).containsAll(stored);
        assertThat(accepted.values()).as("tasks that were accepted twice").allMatch(count -> count == 1);
    }

    private void verify(ReportLoad reports) throws IOException {
        Map<ReportLoad.Report, Integer> kept = ReportsOnKafka.read(kafka(), folder.resolve("keys"), TENANT);
        System.out.println("reported " + reports.reported() + ", acknowledged "
                + reports.acknowledged().size() + ", sent again " + reports.sentAgain() + ", on Kafka " + kept.size()
                + " different ones, of them more than once "
                + kept.values().stream().filter(count -> count > 1).count());

        Set<ReportLoad.Report> lost = new HashSet<>(reports.acknowledged());
        lost.removeAll(kept.keySet());
        assertThat(lost).as("reports that were acknowledged and are lost").isEmpty();
    }

    /** What was acknowledged and not answered with a refusal, which may still be on its way. */
    private static Set<String> stored(DeviceLoad load) {
        Set<String> acknowledged = new HashSet<>(load.acknowledged());
        passes(2);
        acknowledged.removeAll(load.errors().keySet());
        return acknowledged;
    }

    private static void passes(int seconds) {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /** Does whatever is asked, at once. */
    private HttpAgent worker() {
        Credentials credentials = issue("worker");
        HttpAgent made = HttpAgent.start(credentials, text -> text + " done");
        ObjectNode body = Participant.JSON.createObjectNode();
        body.set("card", made.card("worker", "measure", "Measures", "measure"));
        body.putObject("dmsc").put("capacity", 1000);
        Until.happens(
                "registration of the worker",
                BOUND,
                () -> running.get("edge")
                                        .as(credentials)
                                        .post("/v1/agents/worker", body)
                                        .status()
                                / 100
                        == 2);
        return made;
    }

    private Set<String> missing(Set<String> stored) {
        Set<String> missing = new HashSet<>(stored);
        missing.removeAll(audit().perTask(AuditKind.TASK_ACCEPTED).keySet());
        return missing;
    }

    /** What is published while Kafka stands still is not acknowledged, not even by a gateway that says goodbye. */
    private void closesWithoutAWord(int mqtt) throws Exception {
        try (DeviceLoad late = new DeviceLoad()) {
            late.add(TENANT, "late", issue("late"), mqtt);
            running.get("broker").freeze();
            late.start(20);
            Until.happens("twenty late requests", BOUND, () -> late.asked() >= 20);
            late.pause();
            running.get("edge").terminate();
            // Its own close has a bound; what is held until then would be let go now, if it were.
            passes(20);

            assertThat(late.acknowledged())
                    .as("acknowledged by a gateway that closed")
                    .isEmpty();
            System.out.println("closed while Kafka stood still: " + late.open().size() + " open, none acknowledged");
        }
    }

    private void devices(DeviceLoad load, ReportLoad reports, int mqtt) throws Exception {
        NodeProcess edge = running.get("edge");
        edge.as(edge.operator()).post("/v1/config/tenants", "{\"tenant\":\"" + TENANT + "\"}");
        for (int i = 0; i < CLIENTS; i++) {
            load.add(TENANT, "device-" + i, issue("device-" + i), mqtt);
        }
        for (int i = 0; i < SENSORS; i++) {
            reports.add("sensor-" + i, issue("sensor-" + i), mqtt);
        }
    }

    private Credentials issue(String agent) {
        NodeProcess edge = running.get("edge");
        Answer issued = edge.as(edge.operator())
                .post("/v1/config/tenants/" + TENANT + "/agents/" + agent + "/credentials", "{}");
        if (issued.status() / 100 != 2) {
            throw new AssertionError("credentials of " + agent + ": " + issued);
        }
        return Credentials.of(issued.body());
    }

    private void window(String what, DeviceLoad load, ReportLoad reports) {
        int before = load.acknowledged().size();
        int told = reports.acknowledged().size();
        Until.happens(
                () -> "acknowledgements " + what + ", open: " + load.open().size() + " requests, "
                        + reports.open().size() + " reports",
                BOUND,
                () -> load.acknowledged().size() > before + RATE
                        && reports.acknowledged().size() > told + REPORTS);
        passes(WINDOW_SECONDS);
        System.out.println(what + ": asked " + load.asked() + ", acknowledged "
                + load.acknowledged().size() + ", open " + load.open().size() + ", replied "
                + load.replied().size() + "; reported " + reports.reported() + ", acknowledged "
                + reports.acknowledged().size() + ", open " + reports.open().size());
    }

    private AuditLog audit() {
        return AuditLog.read(kafka(), TENANT);
    }

    private KafkaConnection kafka() {
        Map<String, String> security = new HashMap<>();
        running.get("broker").description().kafkaClient().forEach((key, value) -> security.put(key, value.toString()));
        return new KafkaConnection(running.get("broker").description().bootstrap(), security, "faults-");
    }

    private void again(String node) {
        begin(node);
        running.get(node).awaitReady();
    }

    private void begin(String node) {
        List<String> all = new ArrayList<>(
                List.of("--node", node, "--keys", folder.resolve("keys").toString()));
        all.addAll(options.get(node));
        running.put(node, NodeProcess.begin(folder.resolve(node), all.toArray(String[]::new)));
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
