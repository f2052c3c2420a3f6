package org.dmsc.node.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gateways without a router in their process ask routers in others, of which one is killed. */
@Tag("long")
@Timeout(300)
final class RouterQueriesIT {

    private static final int TASKS = 12;

    @TempDir
    Path folder;

    private final List<NodeProcess> running = new ArrayList<>();

    @Test
    void gatewaysAskRoutersAndReadTheLogOnlyWhenNoneAnswers() throws Exception {
        try {
            NodeProcess broker = begin("broker", "--roles=broker", "--kafka-port=0");
            broker.awaitReady();
            String kafka = "--kafka=" + broker.description().bootstrap();
            NodeProcess router =
                    begin("router", "--roles=router,registry,audit", kafka, "--set", "router-queries.port=0");
            router.awaitReady();
            String ask = "router-queries.ask=127.0.0.1:" + router.description().queryPort();
            NodeProcess first = begin("edge-1", "--roles=http", kafka, "--http-port=0", "--set", ask);
            NodeProcess second = begin("edge-2", "--roles=http", kafka, "--http-port=0", "--set", ask);
            first.awaitReady();
            second.awaitReady();
            Participant operator = first.as(first.operator());
            assertThat(operator.post("/v1/config/tenants", "{\"tenant\":\"acme\"}")
                            .status())
                    .isEqualTo(201);
            Credentials alice = issue(operator, "alice");
            Credentials echo = issue(operator, "echo");
            for (NodeProcess edge : List.of(first, second)) {
                TestFabric.await(
                        "the edge knows acme",
                        () -> edge.as(alice).get("/v1/agents").status() == 200);
            }
            try (HttpAgent agent = HttpAgent.start(echo, text -> "echo " + text)) {
                assertThat(first.as(echo)
                                        .post("/v1/agents/echo", agent.card("Echo", "echo", "Says it again", "echo"))
                                        .status()
                                / 100)
                        .isEqualTo(2);
                run(first.as(alice), second, alice, router, kafka);
            }
        } finally {
            for (int i = running.size() - 1; i >= 0; i--) {
                running.get(i).close();
            }
        }
    }

    private void run(Participant asker, NodeProcess other, Credentials alice, NodeProcess router, String kafka)
            throws IOException {
        Participant reader = other.as(alice);
        Set<String> tasks = new TreeSet<>();
        for (int i = 0; i < TASKS; i++) {
            tasks.add(completed(asker, i));
        }
        tasks.forEach(task -> assertThat(reader.get("/tasks/" + task).state()).isEqualTo("COMPLETED"));
        assertThat(listed(reader)).isEqualTo(tasks);
        // Those whose lanes are its own it knows by itself.
        assertThat(counter(other, "remote")).isPositive();
        assertThat(counter(other, "log")).isZero();
        // Named in no configuration: the gateways hear of it.
        NodeProcess second =
                begin("router-2", "--roles=router,registry,audit", kafka, "--set", "router-queries.port=0");
        second.awaitReady();
        listsComeFromRouters(other, reader, tasks);

        router.kill();
        tasks.forEach(task -> {
            Answer found = reader.get("/tasks/" + task);
            assertThat(found.state()).as("%s", found).isEqualTo("COMPLETED");
            assertThat(found.text()).startsWith("echo ");
        });

        assertThat(counter(other, "log")).isPositive();
        assertThat(counter(other, "failures")).isPositive();
        listsComeFromRouters(other, reader, tasks);
        String last = completed(asker, TASKS);
        long log = counter(other, "log");
        tasks.add(last);
        tasks.forEach(task -> assertThat(reader.get("/tasks/" + task).state()).isEqualTo("COMPLETED"));
        assertThat(counter(other, "log")).isEqualTo(log);
    }

    /** While lanes move, or a router is away, they come from the log. */
    private static void listsComeFromRouters(NodeProcess edge, Participant reader, Set<String> tasks) {
        TestFabric.await("lists come from routers", () -> {
            long before = counter(edge, "log");
            return listed(reader).equals(tasks) && counter(edge, "log") == before;
        });
    }

    private static String completed(Participant who, int number) {
        Answer answer = who.post("/message:send", Participant.ask("echo", "task " + number));
        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
        return answer.task().path("id").asText();
    }

    private static Set<String> listed(Participant who) {
        Set<String> ids = new TreeSet<>();
        for (JsonNode task : who.get("/tasks?pageSize=100").body().path("tasks")) {
            ids.add(task.path("id").asText());
        }
        return ids;
    }

    private static long counter(NodeProcess edge, String name) {
        String line = "dmsc_queries_" + name + "_total ";
        return edge.as(edge.operator())
                .get("/metrics")
                .body()
                .path("text")
                .asText()
                .lines()
                .filter(found -> found.startsWith(line))
                .mapToLong(found -> (long) Double.parseDouble(found.substring(line.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + line));
    }

    private NodeProcess begin(String name, String... options) {
        List<String> all = new ArrayList<>(List.of("--node=" + name, "--keys=" + folder.resolve("keys")));
        all.addAll(List.of(options));
        NodeProcess node = NodeProcess.begin(folder.resolve(name), all.toArray(String[]::new));
        running.add(node);
        return node;
    }

    private static Credentials issue(Participant operator, String agent) {
        return Credentials.of(operator.post("/v1/config/tenants/acme/agents/" + agent + "/credentials", "{}")
                .body());
    }
}
