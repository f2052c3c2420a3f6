package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A task that nobody could do is explained, shown among the dead letters, and begun anew when somebody can. */
@ExtendWith(FabricExtension.class)
@Timeout(120)
class DeadLettersIT {

    private static final String TENANT = "mourning";

    @Test
    void aDeadTaskIsExplainedShownAndReplayedOnce(TestFabric fabric) {
        fabric.createTenant(TENANT);
        Participant caller = fabric.as(fabric.addAgent(TENANT, "caller"));
        Participant other = fabric.as(fabric.addAgent(TENANT, "other"));
        Credentials issued = fabric.addAgent(TENANT, "clerk");
        AtomicBoolean well = new AtomicBoolean();
        try (HttpAgent clerk = HttpAgent.start(issued, text -> {
            if (!well.get()) {
                throw new IllegalStateException("not today");
            }
            return "done: " + text;
        })) {
            fabric.register(issued, "clerk", clerk, clerk.card("Clerk", "filing", "Files papers", "papers"));

            Answer failed = caller.post("/message:send", bySkill("file this"));
            assertThat(failed.state()).as("%s", failed).isEqualTo("FAILED");
            String id = failed.task().path("id").asText();

            explained(fabric, id);
            TestFabric.await(
                    "the letter is there", () -> caller.get("/v1/dead/" + id).status() == 200);
            JsonNode letter = caller.get("/v1/dead").body().path("letters").path(0);
            assertThat(letter.path("refusal").asText()).isEqualTo("AGENT_FAILED");
            assertThat(letter.path("attempts").asInt()).isEqualTo(1);
            assertThat(other.get("/v1/dead/" + id).status()).isEqualTo(404);

            well.set(true);
            String path = "/v1/dead/" + id + "/replay?tenant=" + TENANT;
            Answer replayed = fabric.operator().post(path, "{}");
            assertThat(replayed.status()).as("%s", replayed).isEqualTo(202);
            String again = replayed.body().path("taskId").asText();
            assertThat(fabric.operator().post(path, "{}").body().path("taskId").asText())
                    .isEqualTo(again);
            TestFabric.await(
                    "the new task is done",
                    () -> caller.get("/tasks/" + again).state().equals("COMPLETED"));
            assertThat(caller.get("/tasks/" + again).text()).contains("done: file this");
            assertThat(caller.get("/tasks/" + id).state()).isEqualTo("FAILED");
            TestFabric.await("the replay is on the audit log", () -> {
                JsonNode found = fabric.operator()
                        .get("/v1/audit/query?kind=TASK_REPLAYED&tenant=" + TENANT)
                        .body()
                        .path("records");
                return found.size() == 1 && found.toString().contains(again);
            });
            assertThat(clerk.received().stream()
                            .filter(call -> call.path("method").asText().startsWith("Send")))
                    .hasSize(2);
        }
    }

    private static ObjectNode bySkill(String text) {
        ObjectNode body = Participant.ask(text);
        ((ObjectNode) body.get("message"))
                .set(
                        "metadata",
                        new ObjectMapper()
                                .createObjectNode()
                                .set(
                                        Participant.EXTENSION,
                                        new ObjectMapper().createObjectNode().put("skill", "filing")));
        return body;
    }

    private static void explained(TestFabric fabric, String id) {
        TestFabric.await(
                "its end is on the audit log",
                () -> !fabric.operator()
                        .get("/v1/tasks/" + id + "/explain")
                        .body()
                        .path("outcome")
                        .isMissingNode());
        JsonNode why = fabric.operator().get("/v1/tasks/" + id + "/explain").body();
        assertThat(why.at("/attempts/0/outcome").asText()).as("%s", why).isEqualTo("FAILED");
        JsonNode candidate = why.at("/decisions/0/candidates/0");
        assertThat(candidate.path("agent").asText()).isEqualTo(TENANT + "/clerk");
        assertThat(candidate.path("verdict").asText()).isEqualTo("chosen");
        assertThat(candidate.path("capacity").asInt()).isEqualTo(4);
        assertThat(why.at("/decisions/0/registryOffset").asLong()).isNotNegative();
        assertThat(why.at("/decisions/1/decision").asText()).isEqualTo("refused");
    }
}
