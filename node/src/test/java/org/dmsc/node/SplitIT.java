package org.dmsc.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dmsc.node.cli.CommandLineFactory;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.MqttDevice;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.dmsc.tenant.pki.Pem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Three processes with a folder each that share nothing but Kafka and the keys node; two of them enrol with a one-time token. Two are gateways,
 * and one of those is killed.
 */
@Timeout(300)
final class SplitIT {

    /** Short enough to be renewed while the test runs, long enough for a busy machine to start within. */
    private static final String LIFE = "24s";

    /** Tasks of each round that both gateways, and then one, carry. */
    private static final int SHARED = 16;

    @TempDir
    Path folder;

    private final List<NodeProcess> running = new ArrayList<>();

    @Test
    void enrolledProcessesWorkWithoutAKeysFolderAndRenewWithoutADroppedRequest() throws Exception {
        try {
            NodeProcess core = add(NodeProcess.begin(
                    folder.resolve("core"),
                    "--node=core",
                    "--roles=broker,http,mqtt,audit,keys",
                    "--kafka-port=0",
                    "--http-port=0",
                    "--mqtt-port=0",
                    "--key-port=0"));
            core.awaitReady();
            NodeProcess worker = enrolled(core, "worker", "router,registry", "--set", "router-queries.port=0");
            worker.awaitReady();
            NodeProcess edge = enrolled(
                    core,
                    "edge",
                    "http,mqtt",
                    "--http-port=0",
                    "--mqtt-port=0",
                    "--set",
                    "router-queries.ask=127.0.0.1:" + worker.description().queryPort());
            edge.awaitReady();
            Participant operator = core.as(core.operator());
            assertThat(operator.post("/v1/config/tenants", "{\"tenant\":\"acme\"}")
                            .status())
                    .isEqualTo(201);
            Credentials alice = issue(operator, "alice");
            Credentials echo = issue(operator, "echo");
            TestFabric.await(
                    "the edge knows acme",
                    () -> edge.as(alice).get("/v1/agents").status() == 200);
            try (HttpAgent agent = HttpAgent.start(echo, text -> "echo " + text)) {
                assertThat(edge.as(echo)
                                        .post("/v1/agents/echo", agent.card("Echo", "echo", "Says it again", "echo"))
                                        .status()
                                / 100)
                        .isEqualTo(2);
                String before = serial("edge", "gateway");
                String router = serial("worker", "router");
                int done = 0;
                while (serial("edge", "gateway").equals(before)
                        || serial("worker", "router").equals(router)
                        || done < 20) {
                    Answer answer = edge.as(alice).post("/message:send", Participant.ask("echo", "task " + done));
                    assertThat(answer.state()).as("task %d: %s", done, answer).isEqualTo("COMPLETED");
                    done++;
                }
                Answer bySentence = edge.as(alice).post("/message:send", Participant.ask("please say it again"));
                assertThat(bySentence.state()).as("%s", bySentence).isEqualTo("COMPLETED");
                Answer fromCore = core.as(alice).post("/message:send", Participant.ask("echo", "from the core"));
                assertThat(fromCore.state()).as("%s", fromCore).isEqualTo("COMPLETED");
                listsTasksFromTheRoutersStore(edge.as(alice), edge.as(core.operator()));
                saysWhereTheKeysAre(edge.as(core.operator()), core);
                theRouterNeverSeesAPayload(edge.as(alice), worker);
                shareTheLanesUntilOneIsKilled(core, edge, alice, agent);
            }
            assertThat(secrets("worker")).containsExactly("platform.pem", "registry.pem", "router.pem");
            // The stores are the MQTT broker's, which reads its key from a file: the gateway's own once more.
            assertThat(secrets("edge")).containsExactly("gateway.pem", "identity.p12", "platform.pem", "trust.p12");
        } finally {
            for (int i = running.size() - 1; i >= 0; i--) {
                running.get(i).close();
            }
        }
    }

    /** A gateway without a router in its process asks the one of another, and does not read the log. */
    private static void listsTasksFromTheRoutersStore(Participant alice, Participant operator) {
        assertThat(alice.get("/tasks?pageSize=100").body().path("tasks")).hasSizeGreaterThan(20);
        String metrics = operator.get("/metrics").body().path("text").asText();
        assertThat(metrics).containsPattern("(?m)^dmsc_queries_remote_total [1-9]");
        assertThat(metrics).containsPattern("(?m)^dmsc_queries_log_total 0");
    }

    /** The two gateways do each delivery once between them; the one that is left does all of them. */
    private static void shareTheLanesUntilOneIsKilled(
            NodeProcess core, NodeProcess edge, Credentials alice, HttpAgent agent) throws Exception {
        Participant operator = core.as(core.operator());
        Participant ofEdge = edge.as(core.operator());
        TestFabric.await(
                "both gateways own lanes",
                () -> !lanes(operator).isEmpty() && !lanes(ofEdge).isEmpty());
        assertThat(lanes(operator)).doesNotContainAnyElementsOf(lanes(ofEdge));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < SHARED; i++) {
            ids.add(completed((i % 2 == 0 ? core : edge).as(alice), "shared " + i));
        }
        assertThat(core.as(alice).get("/tasks/" + ids.get(1)).state()).isEqualTo("COMPLETED");
        eachOnce(agent, SHARED);
        Credentials sensor = issue(operator, "sensor");
        String owed = askWithoutListening(edge, sensor);
        TestFabric.await(
                "its task is done",
                () -> core.as(sensor).get("/tasks/" + owed).state().equals("COMPLETED"));

        edge.kill();

        isAnsweredByTheOther(core, sensor, owed);
        TestFabric.await("core owns all lanes", () -> lanes(operator).size() == 4);
        for (int i = SHARED; i < 2 * SHARED; i++) {
            completed(core.as(alice), "shared " + i);
        }
        eachOnce(agent, 2 * SHARED);
        assertThat(core.as(alice).get("/tasks/" + ids.get(1)).state()).isEqualTo("COMPLETED");
    }

    /** Over MQTT; the answer waits at the gateway that was asked. */
    private static String askWithoutListening(NodeProcess edge, Credentials sensor) throws Exception {
        try (MqttDevice device =
                MqttDevice.connect("acme", "sensor", sensor, edge.description().mqttPort())) {
            return device.ask("echo", "for a device");
        }
    }

    /** By one that was never asked. */
    private static void isAnsweredByTheOther(NodeProcess core, Credentials sensor, String owed) throws Exception {
        try (MqttDevice device =
                MqttDevice.connect("acme", "sensor", sensor, core.description().mqttPort())) {
            JsonNode reply = device.hear();
            assertThat(reply.path("ref").asText()).as("%s", reply).isEqualTo(owed);
            assertThat(reply.toString()).contains("echo for a device", "TASK_STATE_COMPLETED");
        }
    }

    private static String completed(Participant alice, String text) {
        Answer answer = alice.post("/message:send", Participant.ask("echo", text));
        assertThat(answer.state()).as("%s: %s", text, answer).isEqualTo("COMPLETED");
        return answer.task().path("id").asText();
    }

    private static void eachOnce(HttpAgent agent, int tasks) {
        Map<String, Integer> counts = new HashMap<>();
        agent.received().stream()
                .map(call -> call.at("/params/message/parts/0/text").asText())
                .filter(text -> text.startsWith("shared "))
                .forEach(text -> counts.merge(text, 1, Integer::sum));
        assertThat(counts)
                .hasSize(tasks)
                .allSatisfy((text, count) -> assertThat(count).as(text).isEqualTo(1));
    }

    private static Set<Integer> lanes(Participant operator) {
        Set<Integer> lanes = new TreeSet<>();
        operator.get("/v1/status").body().path("lanes").forEach(lane -> lanes.add(lane.asInt()));
        return lanes;
    }

    /**
     * Case 89: no payload in a heap dump of the router. Intents it may see, so the canary is in a part that is data; that the search finds what is
     * there is shown by the skill, which the router works with.
     */
    private void theRouterNeverSeesAPayload(Participant alice, NodeProcess worker) throws Exception {
        String canary = "canary-" + UUID.randomUUID();
        ObjectNode message = Participant.ask("echo", "look");
        ((ArrayNode) message.at("/message/parts")).addObject().putObject("data").put("secret", canary);
        for (int i = 0; i < 3; i++) {
            ((ObjectNode) message.get("message")).put("messageId", canary.substring(7) + i);
            assertThat(alice.post("/message:send", message).state()).isEqualTo("COMPLETED");
        }
        Path dump = folder.resolve("router.hprof");
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process dumping = new ProcessBuilder(
                        jcmd.toString(),
                        Long.toString(worker.description().pid()),
                        "GC.heap_dump",
                        "-all",
                        dump.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("jcmd.log").toFile())
                .start();
        assertThat(dumping.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(holds(dump, "Says it again"))
                .as("the search finds what is there")
                .isTrue();
        assertThat(holds(dump, canary)).as("payload in the router's heap").isFalse();
    }

    private static boolean holds(Path file, String word) throws IOException {
        byte[] chunk = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            int kept = 0;
            for (int read = in.readNBytes(chunk, 0, chunk.length); read > 0; ) {
                int filled = kept + read;
                if (new String(chunk, 0, filled, StandardCharsets.ISO_8859_1).contains(word)) {
                    return true;
                }
                kept = Math.min(filled, word.length());
                System.arraycopy(chunk, filled - kept, chunk, 0, kept);
                read = in.readNBytes(chunk, kept, chunk.length - kept);
            }
            return false;
        }
    }

    /** An edge that enrolled serves agents; for what needs the fabric's keys it names the edge that has them. */
    private static void saysWhereTheKeysAre(Participant operator, NodeProcess core) {
        List<Answer> refused = List.of(
                operator.get("/v1/config/tenants"),
                operator.post("/v1/revocations", "{}"),
                operator.get("/.well-known/est/cacerts"),
                operator.post("/oauth2/token", ""));
        assertThat(refused).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(421);
            assertThat(answer.reason()).isEqualTo("NOT_HERE");
            assertThat(answer.body().toString()).contains(core.description().httpUrl());
        });
    }

    private NodeProcess enrolled(NodeProcess core, String name, String roles, String... more) throws IOException {
        JsonNode invited = invite(core, name, roles);
        List<String> options = new ArrayList<>(List.of(
                "--node=" + name,
                "--roles=" + roles,
                "--kafka=" + core.description().bootstrap(),
                "--enrol=" + invited.path("token").asText(),
                "--gateway=" + invited.path("gateway").asText(),
                "--ca=" + Path.of(core.description().operator()).resolve("ca.pem"),
                "--keys-node=" + core.description().keysUrl()));
        options.addAll(List.of(more));
        return add(NodeProcess.begin(folder.resolve(name), options.toArray(String[]::new)));
    }

    private static JsonNode invite(NodeProcess core, String name, String roles) throws IOException {
        StringWriter out = new StringWriter();
        CommandLine line = CommandLineFactory.make();
        line.setOut(new PrintWriter(out));
        String data = core.description().data();
        int code = line.execute("node", "invite", name, "--roles", roles, "--life", LIFE, "--data", data, "-o", "json");
        assertThat(code).isZero();
        return Participant.JSON.readTree(out.toString());
    }

    private NodeProcess add(NodeProcess node) {
        running.add(node);
        return node;
    }

    private String serial(String node, String kind) {
        try {
            String text = Files.readString(identity(node).resolve(kind + ".pem"), StandardCharsets.US_ASCII);
            X509Certificate leaf = Pem.certificate(text.substring(text.indexOf("-----BEGIN CERTIFICATE")));
            return leaf.getSerialNumber().toString(16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything in the folder that is a secret: certificates with their keys, and no key of a tenant. */
    private List<String> secrets(String node) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(node))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".pem") || name.endsWith(".p12") || name.contains("password"))
                    .sorted()
                    .toList();
        }
    }

    private Path identity(String node) {
        return folder.resolve(node).resolve("identity");
    }

    private static Credentials issue(Participant operator, String agent) {
        return Credentials.of(operator.post("/v1/config/tenants/acme/agents/" + agent + "/credentials", "{}")
                .body());
    }
}
