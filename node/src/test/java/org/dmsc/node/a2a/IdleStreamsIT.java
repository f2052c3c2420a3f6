package org.dmsc.node.a2a;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many streams on which nothing happens: what they cost, and that each of them hears the end. */
@Tag("long")
@Timeout(600)
final class IdleStreamsIT {

    private static final int CONNECTIONS = Integer.getInteger("dmsc.idle.connections", 100);
    private static final int STREAMS = Integer.getInteger("dmsc.idle.streams", 100);
    private static final long MOST_MEBIBYTES = 300;

    @TempDir
    Path dir;

    @Test
    @DisplayName("10,000 idle streams over 100 HTTP/2 connections take at most 300 MB more")
    void costLittle() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        try (NodeProcess node = NodeProcess.up(dir.resolve("node"), "--http-port", "0", "--mqtt-port", "0")) {
            Participant operator = node.as(node.operator());
            operator.post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
            Credentials alice = issue(operator, "alice");
            Credentials worker = issue(operator, "worker");
            try (HttpAgent agent = HttpAgent.start(worker, text -> {
                await(mayEnd);
                return "done";
            })) {
                ObjectNode card = agent.card("worker", "work", "Waits", "work");
                TestFabric.await(
                        "the worker is registered",
                        () -> node.as(worker).post("/v1/agents/worker", card).status() / 100 == 2);
                ObjectNode ask = Participant.ask("worker", "wait");
                ask.putObject("configuration").put("returnImmediately", true);
                String task = node.as(alice)
                        .post("/message:send", ask)
                        .task()
                        .path("id")
                        .asText();
                String url = node.description().httpUrl() + "/tasks/" + task + ":subscribe";
                long pid = node.description().pid();
                long before = residentKib(pid);

                List<CompletableFuture<Boolean>> streams = open(alice, url);
                long after = residentKib(pid);
                mayEnd.countDown();
                long heard = streams.stream()
                        .filter(stream ->
                                stream.orTimeout(120, TimeUnit.SECONDS).join())
                        .count();

                System.out.println(streams.size() + " idle streams over " + CONNECTIONS + " connections: resident "
                        + before / 1024 + " MiB before, " + after / 1024 + " MiB with them, " + (after - before) / 1024
                        + " MiB more; " + heard + " heard the end");
                assertThat(heard).isEqualTo(streams.size());
                assertThat((after - before) / 1024).isLessThanOrEqualTo(MOST_MEBIBYTES);
            }
        }
    }

    /** Returns when each has shown its task. */
    private static List<CompletableFuture<Boolean>> open(Credentials alice, String url) throws InterruptedException {
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(CONNECTIONS * STREAMS);
        for (int i = 0; i < CONNECTIONS; i++) {
            HttpClient client = HttpClient.newBuilder().sslContext(alice.tls()).build();
            for (int j = 0; j < STREAMS; j++) {
                Reader reader = new Reader(begun);
                CompletableFuture<?> stream = client.sendAsync(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("A2A-Version", "1.0")
                                .GET()
                                .build(),
                        HttpResponse.BodyHandlers.fromLineSubscriber(reader));
                all.add(stream.handle((answer, failure) -> failure == null && reader.heardTheEnd));
                if (j == 0) {
                    // The first one opens the connection that the others share.
                    reader.first.join();
                }
            }
        }
        assertThat(begun.await(180, TimeUnit.SECONDS))
                .as("streams not begun: %s", begun.getCount())
                .isTrue();
        return all;
    }

    private static final class Reader implements Flow.Subscriber<String> {
        private final CountDownLatch begun;
        private final CompletableFuture<Void> first = new CompletableFuture<>();
        private volatile boolean heardTheEnd;

        Reader(CountDownLatch begun) {
            this.begun = begun;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.startsWith("data: ") && first.complete(null)) {
                begun.countDown();
            }
            if (line.contains("TASK_STATE_COMPLETED")) {
                heardTheEnd = true;
            }
        }

        @Override
        public void onError(Throwable failure) {
            first.complete(null);
        }

        @Override
        public void onComplete() {
            first.complete(null);
        }
    }

    private static long residentKib(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            String line = lines.filter(one -> one.startsWith("VmRSS:")).collect(Collectors.joining());
            return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(300, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Credentials issue(Participant operator, String agent) {
        return Credentials.of(operator.post("/v1/config/tenants/acme/agents/" + agent + "/credentials", "{}")
                .body());
    }
}
