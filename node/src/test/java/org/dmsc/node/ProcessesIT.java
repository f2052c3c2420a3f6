package org.dmsc.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** Roles in four processes that share a folder of keys; {@link SplitIT}, which every run has, shows the same of processes that enrol. */
@Tag("long")
@Timeout(300)
final class ProcessesIT {

    private static final int TASKS = 24;

    @TempDir
    Path folder;

    @Test
    void twoGatewaysShareTheLanesAndOneTakesThemAllWhenTheOtherIsKilled() {
        List<NodeProcess> running = new ArrayList<>();
        try {
            NodeProcess broker = add(running, up("broker", "--roles", "broker", "--kafka-port", "0"));
            String kafka = broker.description().bootstrap();
            NodeProcess router = add(running, begin("router", "--roles", "router,registry,audit", "--kafka", kafka));
            NodeProcess one = add(running, begin("edge-1", "--roles", "http", "--kafka", kafka, "--http-port", "0"));
            NodeProcess two = add(running, begin("edge-2", "--roles", "http", "--kafka", kafka, "--http-port", "0"));
            router.awaitReady();
            one.awaitReady();
            two.awaitReady();
            Participant operator = one.as(one.operator());
            assertThat(operator.post("/v1/config/tenants", "{\"tenant\":\"acme\"}")
                            .status())
                    .isEqualTo(201);
            Credentials alice = issue(operator, "alice");
            Credentials echo = issue(operator, "echo");
            try (HttpAgent agent = HttpAgent.start(echo, text -> "echo " + text)) {
                assertThat(one.as(echo)
                                        .post(
                                                "/v1/agents/echo",
                                                agent.card("Echo", "echo", "Says the same again", "echo"))
                                        .status()
                                / 100)
                        .isEqualTo(2);
                TestFabric.await(
                        "both gateways own lanes",
                        () -> !lanes(one).isEmpty() && !lanes(two).isEmpty());
                TestFabric.await(
                        "edge-2 knows acme",
                        () -> two.as(alice).get("/v1/agents/echo").status() == 200);

                List<String> ids = new ArrayList<>();
                for (int i = 0; i < TASKS; i++) {
                    ids.add(done((i % 2 == 0 ? one : two)
                            .as(alice)
                            .post("/message:send", Participant.ask("echo", "task " + i))));
                }
                assertThat(lanes(one)).doesNotContainAnyElementsOf(lanes(two));
                assertThat(one.as(alice).get("/tasks/" + ids.get(1)).state()).isEqualTo("COMPLETED");
                eachOnce(agent, TASKS);

                one.kill();

                TestFabric.await("edge-2 owns all lanes", () -> lanes(two).size() == 4);
                for (int i = TASKS; i < 2 * TASKS; i++) {
                    done(two.as(alice).post("/message:send", Participant.ask("echo", "task " + i)));
                }
                eachOnce(agent, 2 * TASKS);
                assertThat(two.as(alice).get("/tasks/" + ids.get(0)).state()).isEqualTo("COMPLETED");
            }
        } finally {
            for (int i = running.size() - 1; i >= 0; i--) {
                running.get(i).close();
            }
        }
    }

    private static void eachOnce(HttpAgent agent, int tasks) {
        Map<String, Integer> counts = new HashMap<>();
        agent.received()
                .forEach(call ->
                        counts.merge(call.at("/params/message/parts/0/text").asText(), 1, Integer::sum));
        assertThat(counts)
                .hasSize(tasks)
                .allSatisfy((text, count) -> assertThat(count).as(text).isEqualTo(1));
    }

    private NodeProcess up(String name, String... options) {
        NodeProcess node = begin(name, options);
        node.awaitReady();
        return node;
    }

    private NodeProcess begin(String name, String... options) {
        List<String> all = new ArrayList<>(
                List.of("--node", name, "--keys", folder.resolve("keys").toString()));
        all.addAll(List.of(options));
        return NodeProcess.begin(folder.resolve(name), all.toArray(String[]::new));
    }

    private static NodeProcess add(List<NodeProcess> running, NodeProcess node) {
        running.add(node);
        return node;
    }

    private static TreeSet<Integer> lanes(NodeProcess gateway) {
        TreeSet<Integer> lanes = new TreeSet<>();
        JsonNode status = gateway.as(gateway.operator()).get("/v1/status").body();
        status.path("lanes").forEach(lane -> lanes.add(lane.asInt()));
        return lanes;
    }

    private static Credentials issue(Participant operator, String agent) {
        return Credentials.of(operator.post("/v1/config/tenants/acme/agents/" + agent + "/credentials", "{}")
                .body());
    }

    private static String done(Answer answer) {
        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
        return answer.task().path("id").asText();
    }
}
