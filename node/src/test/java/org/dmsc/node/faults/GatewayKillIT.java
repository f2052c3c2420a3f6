package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.avro.AuditKind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of two gateways is killed while callers follow their tasks there and others ask ({@code -Ddmsc.streams=40}): each stream goes on at the
 * other gateway without loss or repetition, each task ends once, and the audit log agrees.
 */
@Tag("long")
@Tag("case-101")
@Timeout(900)
final class GatewayKillIT {

    private static final int STREAMS = Integer.getInteger("dmsc.streams", 40);
    private static final int RATE = 10;
    private static final Duration WORK = Duration.ofSeconds(3);
    private static final Duration BOUND = Duration.ofMinutes(4);
    private static final String DOOMED = SplitFabric.GATEWAYS.get(0);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    @DisplayName("case 101: kill -9 of a gateway under load; streams go on elsewhere, and outcomes reconcile")
    void streamsGoOnAtTheOtherGateway() throws Exception {
        try (SplitFabric fabric = new SplitFabric(folder).start()) {
            fabric.operator().post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
            Credentials alice = fabric.issue("acme", "alice");
            Credentials worker = fabric.issue("acme", "worker");
            try (HttpAgent agent = HttpAgent.start(worker, text -> {
                LockSupport.parkNanos(WORK.toNanos());
                return "did " + text;
            })) {
                register(fabric, worker, agent);
                killed(fabric, alice);
            }
        }
    }

    private static void register(SplitFabric fabric, Credentials worker, HttpAgent agent) {
        ObjectNode body = Participant.JSON.createObjectNode();
        body.set("card", agent.card("worker", "work", "Works slowly", "work"));
        body.putObject("dmsc")
                .put("capacity", 1000)
                .putArray("idempotentSkills")
                .add("work");
        Until.happens(
                () -> "the worker is registered",
                BOUND,
                () -> fabric.at(DOOMED, worker)
                                        .post("/v1/agents/worker", body.toString())
                                        .status()
                                / 100
                        == 2);
        SplitFabric.GATEWAYS.forEach(gateway -> Until.happens(
                () -> gateway + " knows the worker",
                BOUND,
                () -> fabric.at(gateway, worker).get("/v1/agents/worker").status() == 200));
    }

    private void killed(SplitFabric fabric, Credentials alice) throws Exception {
        List<String> urls = SplitFabric.GATEWAYS.stream().map(fabric::url).toList();
        HttpClient client = HttpClient.newBuilder()
                .sslContext(alice.tls())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        Participant survivor = fabric.at(SplitFabric.GATEWAYS.get(1), alice);
        List<FollowedStream> streams = new ArrayList<>();
        List<CompletableFuture<Void>> following = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Load load = new Load(
                (number, attempt) -> survivor, List.of("work"), (kind, text) -> Participant.ask("worker", text))) {
            load.start(RATE);
            for (int i = 0; i < STREAMS; i++) {
                FollowedStream stream = new FollowedStream(
                        attempt -> urls.get(attempt % 2), client, Participant.ask("worker", "stream " + i));
                streams.add(stream);
                following.add(CompletableFuture.runAsync(stream::follow, threads));
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            Until.happens(
                    () -> "streams have begun",
                    BOUND,
                    () -> streams.stream().anyMatch(stream -> !stream.taskId().isEmpty()));

            fabric.kill(DOOMED);

            CompletableFuture.allOf(following.toArray(CompletableFuture[]::new)).join();
            load.finish();
            verify(fabric, load, streams, urls.get(1), client);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void verify(
            SplitFabric fabric, Load load, List<FollowedStream> streams, String gateway, HttpClient client)
            throws Exception {
        Map<String, String> accepted = new HashMap<>(load.accepted());
        streams.forEach(stream -> accepted.put(stream.taskId(), "stream"));
        Until.happens(
                () -> "an outcome of each of " + accepted.size() + " tasks",
                BOUND,
                () -> AuditLog.read(fabric.kafka(), "acme")
                        .perTask(AuditKind.OUTCOME)
                        .keySet()
                        .containsAll(accepted.keySet()));
        System.out.println("streams: " + streams.size() + ", cut off: "
                + streams.stream().filter(stream -> stream.cuts() > 0).count()
                + ", longest ms from a cut to the next event: "
                + streams.stream().mapToLong(FollowedStream::longestGapMs).max().orElse(0) + "; tasks beside them: "
                + load.acceptedSoFar());

        assertThat(streams.stream().filter(stream -> stream.cuts() > 0))
                .as("streams that were cut off")
                .isNotEmpty();
        for (FollowedStream stream : streams) {
            assertThat(stream.strange()).as(stream.taskId()).isEmpty();
            assertThat(stream.ids())
                    .as(stream.taskId())
                    .doesNotHaveDuplicates()
                    .isEqualTo(whole(client, gateway, stream.taskId()));
        }
        assertThat(streams.stream().map(FollowedStream::taskId)).doesNotHaveDuplicates();
        KillIT.verifyAudit(AuditLog.read(fabric.kafka(), "acme"), accepted.keySet());
    }

    /** All updates of a task, as a gateway tells them from the beginning. */
    private static List<String> whole(HttpClient client, String gateway, String taskId) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + "/tasks/" + taskId + ":subscribe"))
                .header("A2A-Version", "1.0")
                .header("Last-Event-ID", "0")
                .timeout(Duration.ofSeconds(30))
                .GET()
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("id: "))
                .map(line -> line.substring("id: ".length()))
                .toList();
    }
}
