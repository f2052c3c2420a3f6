package org.dmsc.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Revokes agents that are connected to several gateways, one after the other.
 *
 * <pre>
 *   connected to each gateway ▸ POST /v1/revocations ▸ answer = 0 ▸ last connection closed
 *                                                                 ▸ last gateway refuses a new connection
 * </pre>
 */
final class RevocationBench implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WARM_UP = 5;
    private static final double PER_MILLI = 1_000_000.0;

    private final List<FabricProcess> gateways;
    private final Consumer<String> progress;
    private final ClientFactory factory;
    private final WebClient operator;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    RevocationBench(FabricProcess first, List<FabricProcess> gateways, Consumer<String> progress) {
        this.gateways = List.copyOf(gateways);
        this.progress = progress;
        this.factory = first.operator().clientFactory();
        this.operator = WebClient.builder(first.httpUrl()).factory(factory).build();
    }

    /** When, by the clock of this process, in nanoseconds. */
    private record Trial(long asked, long answered, long cut, long refused) {

        double cutMillis() {
            return Math.max(0, cut - answered) / PER_MILLI;
        }

        double refusedMillis() {
            return Math.max(0, refused - answered) / PER_MILLI;
        }

        double millis() {
            return Math.max(cutMillis(), refusedMillis());
        }

        double fromTheQuestion() {
            return (Math.max(cut, refused) - asked) / PER_MILLI;
        }
    }

    Report run(int trials) throws Exception {
        List<Trial> done = new ArrayList<>();
        for (int i = 0; i < WARM_UP + trials; i++) {
            Trial trial = trial("agent-" + i);
            if (i >= WARM_UP) {
                done.add(trial);
            }
            if (i % 20 == 19) {
                progress.accept("trial " + (i + 1 - WARM_UP) + " of " + trials);
            }
        }
        double[] all = sorted(done.stream().mapToDouble(Trial::millis).toArray());
        double[] cut = sorted(done.stream().mapToDouble(Trial::cutMillis).toArray());
        double[] refused =
                sorted(done.stream().mapToDouble(Trial::refusedMillis).toArray());
        double[] asked =
                sorted(done.stream().mapToDouble(Trial::fromTheQuestion).toArray());
        return new Report("revocation")
                .figure("trials", trials)
                .figure("gateways", gateways.size())
                .figure("p50_ms", quantile(all, 0.5))
                .figure("p99_ms", quantile(all, 0.99))
                .figure("max_ms", all[all.length - 1])
                .figure("cut_p99_ms", quantile(cut, 0.99))
                .figure("refused_p99_ms", quantile(refused, 0.99))
                .figure("from_request_p50_ms", quantile(asked, 0.5))
                .figure("from_request_p99_ms", quantile(asked, 0.99));
    }

    private Trial trial(String agent) throws Exception {
        PemTls identity = issue(agent);
        List<AgentConnection> open = new ArrayList<>();
        try {
            for (FabricProcess gateway : gateways) {
                AgentConnection connection = new AgentConnection(identity, gateway.httpPort());
                open.add(connection);
                if (!connection.isServed()) {
                    throw new BenchException("agent " + agent + " is refused before it is revoked");
                }
            }
            List<Future<Long>> cuts = new ArrayList<>();
            List<Future<Long>> refusals = new ArrayList<>();
            for (AgentConnection connection : open) {
                cuts.add(threads.submit(connection::awaitEnd));
            }
            long asked = System.nanoTime();
            post("/v1/revocations", "{\"agent\":\"bench/" + agent + "\",\"reason\":\"bench\"}");
            long answered = System.nanoTime();
            for (FabricProcess gateway : gateways) {
                refusals.add(threads.submit(() -> firstRefusal(identity, gateway.httpPort())));
            }
            return new Trial(asked, answered, last(cuts), last(refusals));
        } finally {
            for (AgentConnection connection : open) {
                connection.close();
            }
        }
    }

    /** Asks with new connections until one is refused; its time is that of its beginning, for what counts is when it was not let in. */
    private static long firstRefusal(PemTls identity, int port) throws IOException {
        while (true) {
            long begun = System.nanoTime();
            try (AgentConnection connection = new AgentConnection(identity, port)) {
                if (!connection.isServed()) {
                    return begun;
                }
            }
        }
    }

    private static long last(List<Future<Long>> times) throws Exception {
        long last = Long.MIN_VALUE;
        for (Future<Long> time : times) {
            last = Math.max(last, time.get(30, TimeUnit.SECONDS));
        }
        return last;
    }

    private PemTls issue(String agent) {
        JsonNode issued = post("/v1/config/tenants/bench/agents/" + agent + "/credentials", "{}");
        return new PemTls(
                issued.path("certificatePem").asText(),
                issued.path("keyPem").asText(),
                issued.path("caPem").asText());
    }

    private JsonNode post(String path, String body) {
        AggregatedHttpResponse answer = operator.execute(HttpRequest.of(HttpMethod.POST, path, MediaType.JSON, body))
                .aggregate()
                .join();
        if (answer.status().code() / 100 != 2) {
            throw new BenchException(path + ": " + answer.status() + " " + answer.contentUtf8() + " (expected 2xx)");
        }
        try {
            return JSON.readTree(answer.contentUtf8());
        } catch (JsonProcessingException e) {
            throw new BenchException(path + ": its answer is no JSON", e);
        }
    }

    private static double[] sorted(double[] values) {
        Arrays.sort(values);
        return values;
    }

    /** The nearest rank. */
    private static double quantile(double[] sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    @Override
    public void close() {
        threads.shutdownNow();
        factory.close();
    }
}
