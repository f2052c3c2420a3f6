package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.FabricExtension;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A caller who hangs up while its task is being worked on: the task goes on, and its result is there to be fetched. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class HangUpIT {

    private Scene scene;

    @BeforeAll
    void tenant(TestFabric fabric) {
        scene = new Scene(fabric, "hang-up");
    }

    @AfterAll
    void stop() {
        scene.close();
    }

    @Test
    void inTheMiddleOfABlockingCall() {
        CountDownLatch hungUp = new CountDownLatch(1);
        try (HttpAgent slow = slow("slow-one", hungUp)) {
            ObjectNode ask = Participant.ask("slow-one", "take your time");
            CompletableFuture<HttpResponse<InputStream>> call = scene.raw.begin("/message:send", ask.toString());
            Until.happens(
                    "the agent works",
                    Duration.ofSeconds(60),
                    () -> !slow.received().isEmpty());

            call.cancel(true);
            // The same message again is the same task; this way its id becomes known.
            ask.putObject("configuration").put("returnImmediately", true);
            String id =
                    scene.caller.post("/message:send", ask).task().path("id").asText();
            hungUp.countDown();

            finished(scene.ended(id), slow);
        }
    }

    @Test
    void inTheMiddleOfAStream() throws IOException {
        CountDownLatch hungUp = new CountDownLatch(1);
        try (HttpAgent slow = slow("slow-two", hungUp)) {
            String body = Participant.ask("slow-two", "take your time").toString();
            String id;
            try (InputStream stream =
                    scene.raw.begin("/message:stream", body).join().body()) {
                String first = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                        .lines()
                        .filter(line -> line.startsWith("data:"))
                        .findFirst()
                        .orElseThrow();
                id = Raw.JSON
                        .readTree(first.substring("data:".length()))
                        .at("/task/id")
                        .asText();
                Until.happens(
                        "the agent works",
                        Duration.ofSeconds(60),
                        () -> !slow.received().isEmpty());
            }
            hungUp.countDown();

            finished(scene.ended(id), slow);
        }
    }

    private void finished(Answer task, HttpAgent agent) {
        assertThat(task.state()).as("%s", task).isEqualTo("COMPLETED");
        assertThat(task.text()).isEqualTo("did take your time");
        assertThat(agent.received()).hasSize(1);
        scene.stillServes();
    }

    private HttpAgent slow(String name, CountDownLatch hungUp) {
        Credentials issued = scene.fabric.addAgent(scene.tenant, name);
        HttpAgent agent = HttpAgent.start(issued, text -> {
            try {
                assertThat(hungUp.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "did " + text;
        });
        return scene.fabric.register(issued, name, agent, agent.card(name, name, "Takes its time", name));
    }
}
