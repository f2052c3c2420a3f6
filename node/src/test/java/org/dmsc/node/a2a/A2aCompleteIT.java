package org.dmsc.node.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What A2A 1.0 promises, on a real fabric: lists, webhooks, streams that go on, and somebody else's SDK on both ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class A2aCompleteIT {

    @TempDir
    static Path dir;

    private TestFabric fabric;
    private HookReceiver receiver;
    private Credentials aliceOf;
    private Participant alice;
    private HttpAgent worker;
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @BeforeAll
    void start() throws Exception {
        receiver = HookReceiver.start(dir);
        fabric = TestFabric.start(Map.of(
                "fetch.allow-private",
                "localhost:" + receiver.port(),
                "fetch.authorities",
                dir.resolve("authority.pem").toString()));
        fabric.createTenant("acme");
        aliceOf = fabric.addAgent("acme", "alice");
        alice = fabric.as(aliceOf);
        Credentials issued = fabric.addAgent("acme", "worker");
        worker = HttpAgent.start(issued, this::work);
        fabric.register(issued, "worker", worker, worker.card("Worker", "work", "Works", "work"));
    }

    private String work(String text) {
        if (text.equals("later")) {
            try {
                assertThat(mayEnd.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return "answered: " + text;
    }

    @AfterAll
    void stop() {
        mayEnd.countDown();
        worker.close();
        receiver.close();
        fabric.close();
    }

    @Test
    void tellsAWebhookEachUpdateInOrderAndAgainUntilItAcknowledges() throws Exception {
        receiver.failing.set(2);
        ObjectNode request = Participant.ask("worker", "told");
        ObjectNode config = request.putObject("configuration").putObject("taskPushNotificationConfig");
        config.put("url", receiver.url()).put("token", "t0ken");
        config.putObject("authentication").put("scheme", "Bearer").put("credentials", "s3cret");

        Answer answer = alice.post("/message:send", request);

        List<HookReceiver.Received> told = new ArrayList<>();
        do {
            HookReceiver.Received next = receiver.received.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("after %s", told).isNotNull();
            told.add(next);
        } while (!told.get(told.size() - 1).body().contains("TASK_STATE_COMPLETED"));
        assertThat(told.get(0).body()).contains(answer.task().path("id").asText());
        assertThat(told).allSatisfy(one -> {
            assertThat(one.authorization()).isEqualTo("Bearer s3cret");
            assertThat(one.token()).isEqualTo("t0ken");
            assertThat(one.signature()).isEqualTo(HookReceiver.signature("t0ken", one));
        });
        assertThat(told).extracting(HookReceiver.Received::id).doesNotHaveDuplicates();
        assertThat(told.toString()).contains("answered: told");
        String configs = "/tasks/" + answer.task().path("id").asText() + "/pushNotificationConfigs";
        TestFabric.await(
                "the configuration goes with the last acknowledgement",
                () -> alice.get(configs).body().path("configs").isEmpty());
    }

    @Test
    void listsAWebhookThatWasGivenUpAndTellsItAgainOnceItMayBeCalled() {
        receiver.failing.set(1_000);
        ObjectNode request = Participant.ask("worker", "told at last");
        request.putObject("configuration")
                .putObject("taskPushNotificationConfig")
                .put("id", "given-up")
                .put("url", receiver.url());
        String task = alice.post("/message:send", request).task().path("id").asText();

        fabric.apply("acme", "network: {agent-hosts: ['elsewhere.example']}");
        TestFabric.await(
                "it is given up", () -> alice.get("/v1/dead").body().toString().contains("ADDRESS_NOT_ALLOWED"));
        JsonNode dead = alice.get("/v1/dead").body().at("/webhooks/0");
        receiver.failing.set(0);
        fabric.apply("acme", "");
        Answer replayed =
                alice.post("/v1/dead/" + task + "/webhooks/given-up/replay", Participant.JSON.createObjectNode());

        assertThat(dead.path("taskId").asText()).isEqualTo(task);
        assertThat(replayed.status()).as("%s", replayed).isEqualTo(202);
        TestFabric.await(
                "it is told all",
                () -> receiver.received.stream()
                        .anyMatch(one -> one.body().contains(task) && one.body().contains("TASK_STATE_COMPLETED")));
        assertThat(alice.get("/v1/dead").body().path("webhooks")).isEmpty();
        receiver.received.clear();
    }

    @Test
    void goesOnWithAStreamThatWasCut() throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(aliceOf.tls()).build();
        HttpResponse<InputStream> cut = client.send(
                stream("/message:stream", "")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                Participant.ask("worker", "later").toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(cut.body(), StandardCharsets.UTF_8));
        String first = lines.readLine();
        JsonNode task = Participant.JSON.readTree(lines.readLine().substring("data: ".length()));
        cut.body().close();
        mayEnd.countDown();
        String path = "/tasks/" + task.at("/task/id").asText() + ":subscribe";
        TestFabric.await(
                "the task ends",
                () -> alice.get(path.replace(":subscribe", "")).toString().contains("TASK_STATE_COMPLETED"));

        String rest = client.send(
                        stream(path, first.substring("id: ".length())).GET().build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        List<String> ids = rest.lines()
                .filter(line -> line.startsWith("id: "))
                .map(line -> line.substring(4))
                .toList();
        String again = client.send(stream(path, ids.get(0)).GET().build(), HttpResponse.BodyHandlers.ofString())
                .body();
        String nothing = client.send(
                        stream(path, ids.get(ids.size() - 1)).GET().build(), HttpResponse.BodyHandlers.ofString())
                .body();

        assertThat(first).isEqualTo("id: 0");
        assertThat(rest)
                .contains("answered: later")
                .contains("TASK_STATE_COMPLETED")
                .doesNotContain("\"task\":{");
        assertThat(again.lines().filter(line -> line.startsWith("id: ")).map(line -> line.substring(4)))
                .containsExactlyElementsOf(ids.subList(1, ids.size()));
        assertThat(nothing).doesNotContain("data:");
    }

    private HttpRequest.Builder stream(String path, String after) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(fabric.httpUrl() + path))
                .header("A2A-Version", "1.0")
                .header("Content-Type", "application/json");
        return after.isEmpty() ? request : request.header("Last-Event-ID", after);
    }

    @Test
    void worksForAStockClientAndAStockAgentOfAnotherVendor() throws Exception {
        List<JavaScript> found = new ArrayList<>();
        String missing = JavaScript.install(Path.of("target/a2a-js").toAbsolutePath(), found);
        assumeTrue(missing.isEmpty(), missing);
        JavaScript node = found.get(0);
        Path callers = credentials("js-caller", fabric.addAgent("acme", "js-caller"));
        Credentials agentOf = fabric.addAgent("acme", "js-agent");
        Path agents = credentials("js-agent", agentOf);
        try (JavaScript.Started agent = node.start(agents.resolve("ca.pem"), "node", "agent.mjs", agents.toString())) {
            JsonNode said = Participant.JSON.readTree(agent.firstLine());
            ObjectNode card = (ObjectNode) said.get("card");
            register(agentOf, card);
            String mcp = node.run(
                    callers.resolve("ca.pem"), "node", "mcp.mjs", fabric.httpUrl(), callers.toString(), "js-agent");
            assertThat(mcp)
                    .contains("\"answer\":\"TASK_STATE_COMPLETED\"")
                    .contains("\"cancelled\":\"TASK_STATE_CANCELED\"");
            // Each interface of the agent behind another binding of the caller: the fabric speaks all of them on both
            // sides.
            for (String binding : List.of("JSONRPC", "HTTP+JSON", "GRPC")) {
                ArrayNode interfaces = (ArrayNode) card.get("supportedInterfaces");
                interfaces.add(interfaces.remove(0));
                register(agentOf, card);
                CompletableFuture<String> compared = CompletableFuture.supplyAsync(() -> run(
                        node,
                        callers,
                        "differential.mjs",
                        binding,
                        said.path("direct").path(binding).asText()));

                String printed = run(node, callers, "caller.mjs", binding, "");

                assertThat(printed)
                        .contains("\"card\",\"send\",\"stream\",\"get\"")
                        .contains("\"push\",\"subscribe\",\"cancel\",\"errors\"");
                assertThat(compared.get()).contains("\"same\":[");
            }
        }
    }

    private String run(JavaScript node, Path callers, String script, String binding, String direct) {
        try {
            return node.run(
                    callers.resolve("ca.pem"),
                    "node",
                    script,
                    binding,
                    fabric.httpUrl(),
                    callers.toString(),
                    "js-agent",
                    direct);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void givesTasksToAnAgentThatOnlyConnectsOutwards() throws Exception {
        Path folder = credentials("warehouse", fabric.addAgent("acme", "warehouse"));
        Process agent = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        Path.of("..", "examples", "inbox", "InboxAgent.java").toString(),
                        "--as",
                        folder.toString(),
                        "--gateway",
                        fabric.httpUrl(),
                        "--skill",
                        "stocktaking",
                        "--description",
                        "Counts shelves",
                        "--answer",
                        "41 shelves are full")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("warehouse.log").toFile())
                .start();
        try {
            TestFabric.await("the agent is up", () -> health("warehouse").equals("UP"));

            Answer answer = alice.post("/message:send", Participant.ask("warehouse", "How much is in stock?"));

            assertThat(answer.toString()).contains("41 shelves are full").contains("TASK_STATE_COMPLETED");
        } finally {
            agent.destroyForcibly().waitFor();
        }
        TestFabric.await(
                "the agent is down once its stream is closed",
                () -> health("warehouse").equals("DOWN"));
    }

    private String health(String agent) {
        return alice.get("/v1/agents/" + agent).body().path("health").asText();
    }

    private void register(Credentials agent, ObjectNode card) throws Exception {
        ObjectNode registration = Participant.JSON.createObjectNode();
        registration.set("card", card);
        Answer registered = fabric.as(agent).post("/v1/agents/js-agent", registration);
        assertThat(registered.status()).as("%s", registered).isBetween(200, 201);
    }

    private Path credentials(String name, Credentials issued) throws Exception {
        Path folder = Files.createDirectories(dir.resolve(name));
        Files.writeString(folder.resolve("agent.cert.pem"), issued.certificatePem());
        Files.writeString(folder.resolve("agent.key.pem"), issued.keyPem());
        Files.writeString(folder.resolve("ca.pem"), issued.caPem());
        Files.writeString(folder.resolve("token"), issued.token());
        return folder;
    }
}
