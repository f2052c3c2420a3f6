package org.dmsc.bridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.tenant.enrol.EnrolmentClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand renewals at one real edge after an outage, and another tenant's tasks beside them. Takes four minutes, as the pace wants it. */
@Tag("long")
@Timeout(900)
final class RenewalCrowdTest {

    private static final int AGENTS = Integer.getInteger("dmsc.crowd", 10_000);
    private static final int AT_ONCE = 64;
    private static final int TASKS_PER_SECOND = 50;
    private static final int ALONE_SECONDS = 20;

    @TempDir
    Path dir;

    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    private final Semaphore connections = new Semaphore(AT_ONCE);
    private final CountDownLatch renewed = new CountDownLatch(AGENTS);
    private final AtomicInteger sentAway = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        clock.shutdownNow();
    }

    @Test
    @DisplayName(
            "case 112: 10,000 agents renew after an outage -> jittered 429 with Retry-After, all within 10 minutes, tasks of others go on")
    void aCrowdRenewsBesideTheDataPath() throws Exception {
        try (EdgeFixture edge = new EdgeFixture(dir)) {
            edge.exchange.onAsk(task -> task.end(TaskStateName.COMPLETED, "done"));
            Load load = new Load(edge);
            List<Double> alone = load.during(() -> TimeUnit.SECONDS.sleep(ALONE_SECONDS));
            HttpClient crowd = edge.agent("acme", "crowd");
            HttpRequest renewal = HttpRequest.newBuilder(edge.uri("/.well-known/est/simplereenroll"))
                    .timeout(Duration.ofSeconds(60))
                    .header("Content-Type", "application/pkcs10")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            EnrolmentClient.request(new SecureRandom()).body()))
                    .build();

            long begin = System.nanoTime();
            List<Double> beside = load.during(() -> {
                for (int i = 0; i < AGENTS; i++) {
                    renew(crowd, renewal);
                }
                assertThat(renewed.await(10, TimeUnit.MINUTES)).isTrue();
            });
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);

            assertThat(failures).isEmpty();
            assertThat(sentAway.get()).isPositive();
            System.out.println(AGENTS + " renewals in " + seconds + " s, " + sentAway
                    + " times sent away; tasks of another tenant, " + TASKS_PER_SECOND + "/s: alone " + figures(alone)
                    + "; beside them " + figures(beside) + "; none failed");
        }
    }

    private void renew(HttpClient crowd, HttpRequest renewal) throws InterruptedException {
        connections.acquire();
        crowd.sendAsync(renewal, HttpResponse.BodyHandlers.ofString()).whenComplete((answer, failure) -> {
            connections.release();
            if (failure != null) {
                failed(failure.toString());
            } else if (answer.statusCode() == 200) {
                renewed.countDown();
            } else if (answer.statusCode() == 429) {
                sentAway.incrementAndGet();
                long wait = Long.parseLong(
                        answer.headers().firstValue("retry-after").orElse("1"));
                clock.schedule(() -> CompletableFuture.runAsync(() -> again(crowd, renewal)), wait, TimeUnit.SECONDS);
            } else {
                failed("HTTP " + answer.statusCode() + " " + answer.body());
            }
        });
    }

    private void again(HttpClient crowd, HttpRequest renewal) {
        try {
            renew(crowd, renewal);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failed(String why) {
        failures.add(why);
        renewed.countDown();
    }

    private static String figures(List<Double> sorted) {
        return String.format(
                java.util.Locale.ROOT,
                "p50 %.1f ms, p99 %.1f ms of %d",
                sorted.get(sorted.size() / 2),
                sorted.get((int) (sorted.size() * 0.99)),
                sorted.size());
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Tasks at a fixed rate, each measured from when it was due. */
    private final class Load {
        private final EdgeFixture edge;
        private final HttpClient caller;

        Load(EdgeFixture edge) {
            this.edge = edge;
            this.caller = edge.agent("beta", "steady");
        }

        List<Double> during(Work work) throws Exception {
            List<Double> millis = Collections.synchronizedList(new ArrayList<>());
            long period = TimeUnit.SECONDS.toNanos(1) / TASKS_PER_SECOND;
            long begin = System.nanoTime();
            AtomicInteger number = new AtomicInteger();
            ScheduledFuture<?> ticking = clock.scheduleAtFixedRate(
                    () -> ask(begin + number.getAndIncrement() * period, millis), 0, period, TimeUnit.NANOSECONDS);
            work.run();
            ticking.cancel(false);
            List<Double> sorted = new ArrayList<>(List.copyOf(millis));
            Collections.sort(sorted);
            return sorted;
        }

        private void ask(long due, List<Double> millis) {
            String body = "{\"message\":{\"messageId\":\"m-" + due
                    + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"do it\"}]}}";
            caller.sendAsync(edge.post("/message:send", body), HttpResponse.BodyHandlers.ofString())
                    .whenComplete((answer, failure) -> {
                        if (failure != null || answer.statusCode() != 200) {
                            failures.add("task: " + (failure != null ? failure : answer.body()));
                        }
                        millis.add((System.nanoTime() - due) / 1e6);
                    });
        }
    }
}
