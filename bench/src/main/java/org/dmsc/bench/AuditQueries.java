package org.dmsc.bench;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** {@code dmsc audit query --task} over HTTPS, one question after the other, each of another task somewhere in the log. */
final class AuditQueries implements AutoCloseable {

    private static final int QUESTIONS = 21;
    private static final double SETTLED_MS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration MOST = Duration.ofSeconds(60);

    private final ClientFactory factory;
    private final WebClient operator;
    private final String tenant;
    private final IntFunction<String> tasks;

    /**
     * Asks as the operator.
     *
     * @param tasks ids of tasks that the log has, by number
     */
    AuditQueries(FabricProcess fabric, String tenant, IntFunction<String> tasks) {
        this.factory = fabric.operator().clientFactory();
        this.operator = WebClient.builder(fabric.httpUrl())
                .factory(factory)
                .responseTimeout(MOST)
                .build();
        this.tenant = tenant;
        this.tasks = tasks;
    }

    /** Waits until the index has read the log, and measures then; {@code query_cold_ms} is the first question, before that. */
    void measure(int events, Consumer<String> progress, Report report) throws InterruptedException {
        double cold = ask(tasks.apply(events / 2));
        progress.accept(String.format(Locale.ROOT, "query of one task, first %.0f ms", cold));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ask(tasks.apply(events - events / 10)) > SETTLED_MS && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(500);
        }
        double[] took = new double[QUESTIONS];
        for (int i = 0; i < QUESTIONS; i++) {
            took[i] = ask(tasks.apply((int) ((long) events * i / QUESTIONS)));
        }
        Arrays.sort(took);
        progress.accept(String.format(
                Locale.ROOT,
                "query of one task, p50 %.0f ms, slowest %.0f ms",
                took[QUESTIONS / 2],
                took[QUESTIONS - 1]));
        report.figure("query_cold_ms", cold)
                .figure("query_p50_ms", took[QUESTIONS / 2])
                .figure("query_max_ms", took[QUESTIONS - 1]);
    }

    private double ask(String task) {
        long begun = System.nanoTime();
        String cursor = "";
        boolean found = false;
        boolean last = false;
        while (!last) {
            String path = "/v1/audit/query?tenant=" + tenant + "&task=" + task + cursor;
            AggregatedHttpResponse answer = operator.execute(HttpRequest.of(RequestHeaders.of(HttpMethod.GET, path)))
                    .aggregate()
                    .join();
            String body = answer.contentUtf8();
            if (answer.status().code() != 200) {
                throw new BenchException("audit query: " + answer.status() + " " + body);
            }
            found |= body.contains("\"taskId\":\"" + task + "\"");
            last = body.contains("\"last\":true");
            cursor = "&cursor=" + body.replaceAll("(?s).*\"cursor\":\"([^\"]*)\".*", "$1");
        }
        if (!found) {
            throw new BenchException("audit query: task " + task + " was not found (expected one record)");
        }
        return (System.nanoTime() - begun) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    @Override
    public void close() {
        factory.close();
    }
}
