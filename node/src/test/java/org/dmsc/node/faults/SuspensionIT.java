package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
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

/** A suspended tenant: refused and cut; what its agents work on ends, and after resumption everything is there. */
@ExtendWith(FabricExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class SuspensionIT {

    private TestFabric fabric;
    private Scene suspended;
    private Scene bystander;

    @BeforeAll
    void tenants(TestFabric shared) {
        fabric = shared;
        suspended = new Scene(shared, "suspended");
        bystander = new Scene(shared, "unsuspended");
    }

    @AfterAll
    void stop() {
        suspended.close();
        bystander.close();
    }

    @Test
    void isRefusedAndCutAndComesBackWithEverything() throws Exception {
        CountDownLatch resumed = new CountDownLatch(1);
        Credentials issued = fabric.addAgent("suspended", "slow");
        try (HttpAgent slow = HttpAgent.start(issued, text -> {
            awaited(resumed);
            return "did " + text;
        })) {
            fabric.register(issued, "slow", slow, slow.card("Slow", "slow", "Takes its time", "slow"));
            ObjectNode streamed = Participant.ask("slow", "a stream");
            InputStream stream = suspended
                    .raw
                    .begin("/message:stream", streamed.toString())
                    .join()
                    .body();
            ObjectNode waited = Participant.ask("slow", "a wait");
            CompletableFuture<HttpResponse<InputStream>> wait = suspended.raw.begin("/message:send", waited.toString());
            Until.happens(
                    "the agent works on both",
                    Duration.ofSeconds(60),
                    () -> slow.received().size() == 2);

            assertThat(life("suspended", "suspend").state()).isEmpty();

            assertThatThrownBy(stream::readAllBytes).as("the stream is cut").isInstanceOf(IOException.class);
            assertThat(wait.thenApply(answer -> "answered " + answer.statusCode())
                            .exceptionally(cut -> "cut")
                            .get(60, TimeUnit.SECONDS))
                    .as("whoever waits is told or cut")
                    .isIn("answered 403", "cut");
            Answer refused = suspended.caller.post("/message:send", Participant.ask("good", "now?"));
            assertThat(refused.status()).as("%s", refused).isEqualTo(403);
            assertThat(refused.body().toString()).contains("TENANT_INACTIVE");
            bystander.stillServes();

            resumed.countDown();
            life("suspended", "resume");
            suspended.stillServes();
            streamed.putObject("configuration").put("returnImmediately", true);
            waited.putObject("configuration").put("returnImmediately", true);
            for (ObjectNode same : java.util.List.of(streamed, waited)) {
                String id = suspended
                        .caller
                        .post("/message:send", same)
                        .task()
                        .path("id")
                        .asText();
                assertThat(suspended.ended(id).state()).isEqualTo("COMPLETED");
            }
            assertThat(slow.received()).as("each task was done once").hasSize(2);
        }
    }

    @Test
    void onlyOperatorsMayDoIt() {
        Answer refused = suspended.caller.post("/v1/config/tenants/unsuspended/suspend", "{}");

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body().toString()).contains("NOT_PERMITTED");
        bystander.stillServes();
    }

    private Answer life(String tenant, String what) {
        Answer done = fabric.operator().post("/v1/config/tenants/" + tenant + "/" + what, "{}");
        assertThat(done.status()).as("%s", done).isEqualTo(200);
        return done;
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
