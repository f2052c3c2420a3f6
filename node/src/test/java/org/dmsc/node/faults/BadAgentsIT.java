package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Agents that do not answer as they should: the task ends with the reason, and nothing else is disturbed. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
final class BadAgentsIT {

    private static final String WORKING = "TASK_STATE_WORKING";
    private static final String COMPLETED = "TASK_STATE_COMPLETED";
    private static final String NOT_A2A = "answered with what is not valid A2A";
    private static final int WITHIN_MS = 20_000;

    private Scene scene;

    @BeforeAll
    void tenant(TestFabric fabric) {
        scene = new Scene(fabric, "bad-agents");
    }

    @AfterEach
    void nodeStillServes() {
        scene.stillServes();
    }

    @AfterAll
    void stop() {
        scene.close();
    }

    @Test
    void answersGarbage() {
        failed(
                "garbage",
                NOT_A2A,
                (exchange, call) -> BadAgent.respond(exchange, 200, "application/json", "<html>no</html>"));
    }

    @Test
    void answersNeitherResultNorError() {
        failed(
                "neither",
                NOT_A2A,
                (exchange, call) -> BadAgent.respond(exchange, 200, "application/json", "{\"jsonrpc\":\"2.0\"}"));
    }

    @Test
    void answersGarbageInItsStream() {
        failed(
                "noise",
                NOT_A2A,
                (exchange, call) -> BadAgent.respond(exchange, 200, "text/event-stream", "data: {\"result\":{}}\n\n"));
    }

    @Test
    void answersWithHttp500() {
        failed("broken", "failed", (exchange, call) -> BadAgent.respond(exchange, 500, "text/plain", "stack trace"));
    }

    @Test
    void answersWithAnErrorOfItsOwn() {
        failed(
                "erring",
                "failed",
                (exchange, call) -> BadAgent.respond(
                        exchange,
                        200,
                        "application/json",
                        "{\"jsonrpc\":\"2.0\",\"id\":" + call.get("id")
                                + ",\"error\":{\"code\":-32603,\"message\":\"no\"}}"));
    }

    @Test
    void answersForAnotherTask() {
        failed(
                "confused",
                NOT_A2A,
                (exchange, call) ->
                        BadAgent.stream(exchange, call, new String[] {"mine", WORKING, "begun"}, new String[] {
                            "another", COMPLETED, "wrong task"
                        }));
    }

    @Test
    void answersTwiceAndTheFirstCounts() {
        try (BadAgent agent = register(
                "twice",
                (exchange, call) -> BadAgent.stream(
                        exchange,
                        call,
                        new String[] {"mine", COMPLETED, "first"},
                        new String[] {"mine", "TASK_STATE_FAILED", "second"},
                        new String[] {"mine", COMPLETED, "third"}))) {
            Answer answer = ask("twice", WITHIN_MS);

            assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
            assertThat(answer.text()).isEqualTo("first");
            assertThat(agent.calls()).isEqualTo(1);
        }
    }

    @Test
    void neverAnswers() {
        CountDownLatch end = new CountDownLatch(1);
        try (BadAgent agent = register("silent", (exchange, call) -> awaited(end))) {
            Answer answer = ask("silent", 3_000);

            endedFailed(answer);
            assertThat(refusal(answer)).as("%s", answer).isIn("DEADLINE_EXCEEDED", "ATTEMPT_TIMED_OUT");
            assertThat(agent.calls()).isEqualTo(1);
        } finally {
            end.countDown();
        }
    }

    /** It may have done the work, and nothing says that doing it twice does no harm: it is not asked again. */
    @Test
    void hangsUpInTheMiddle() {
        try (BadAgent agent = register("quitter", (exchange, call) -> {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("data: {\"jso".getBytes(StandardCharsets.UTF_8));
        })) {
            Answer answer = ask("quitter", WITHIN_MS);

            endedFailed(answer);
            assertThat(refusal(answer)).isEqualTo("AGENT_LOST");
            assertThat(agent.calls()).isEqualTo(1);
        }
    }

    @Test
    void isNotListening() {
        register("gone", (exchange, call) -> awaited(new CountDownLatch(1))).close();

        Answer answer = ask("gone", WITHIN_MS);

        endedFailed(answer);
        assertThat(refusal(answer)).isIn("UNDELIVERABLE", "NO_CANDIDATE_UP", "DEADLINE_EXCEEDED");
    }

    /** It answered: asking it again would bring the same. */
    private void failed(String name, String cause, BadAgent.Manners manners) {
        try (BadAgent agent = register(name, manners)) {
            Answer answer = ask(name, WITHIN_MS);

            endedFailed(answer);
            assertThat(refusal(answer)).isEqualTo("AGENT_FAILED");
            assertThat(answer.text()).contains(name + " " + cause);
            assertThat(agent.calls()).as("calls of %s", name).isEqualTo(1);
        }
    }

    private BadAgent register(String name, BadAgent.Manners manners) {
        Credentials issued = scene.fabric.addAgent(scene.tenant, name);
        BadAgent agent = BadAgent.start(issued, manners);
        Answer registered = scene.fabric.as(issued).post("/v1/agents/" + name, agent.card(name));
        assertThat(registered.status() / 100).as("%s", registered).isEqualTo(2);
        return agent;
    }

    private Answer ask(String agent, int withinMs) {
        return scene.caller.post("/message:send", Scene.within(Participant.ask(agent, "please"), withinMs));
    }

    /** With a code to key on and a sentence for people; nothing of what the agent said that it should not say. */
    private static void endedFailed(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.state()).as("%s", answer).isEqualTo("FAILED");
        assertThat(refusal(answer)).as("%s", answer).isNotEmpty();
        assertThat(answer.text()).as("%s", answer).isNotBlank().doesNotContain("stack trace");
    }

    private static String refusal(Answer answer) {
        JsonNode facts = answer.task().path("metadata").path(Participant.EXTENSION);
        return facts.path("refusal").asText();
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
