package org.dmsc.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.util.EventLoopGroups;
import io.netty.channel.EventLoopGroup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What streams cost on which nothing happens but heartbeats: memory of the whole fabric, and of its heap after a collection, before them and with
 * them. Each connection has a task of its own; its streams are subscriptions to that. At the end the tasks end, and each stream must say so.
 */
final class IdleStreams {

    private static final int PER_CONNECTION = 100;
    private static final int THREADS = 2;
    private static final Duration LONGEST_BEGIN = Duration.ofMinutes(3);
    private static final Duration LONGEST_END = Duration.ofMinutes(2);
    /** The gateway's interval is 15 s: each stream has had one after this. */
    private static final int HEARTBEAT_SECONDS = 18;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FabricProcess fabric;
    private final Credentials caller;
    private final WaitingAgent agent;
    private final Consumer<String> progress;
    private final EventLoopGroup threads = EventLoopGroups.newEventLoopGroup(THREADS, "idle", true);
    private final List<ClientFactory> factories = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger alive = new AtomicInteger();

    IdleStreams(FabricProcess fabric, Credentials caller, WaitingAgent agent, Consumer<String> progress) {
        this.fabric = fabric;
        this.caller = caller;
        this.agent = agent;
        this.progress = progress;
    }

    void run(Report report, int wished) throws InterruptedException {
        try {
            measure(report, wished);
        } finally {
            factories.forEach(ClientFactory::close);
            Future<?> unused = threads.shutdownGracefully();
        }
    }

    private void measure(Report report, int wished) throws InterruptedException {
        int connections = Math.max(1, wished / PER_CONNECTION);
        // What is made once is made by the first few.
        open(connection(), Math.min(10, PER_CONNECTION));
        awaitBegun(streams.size());
        Heap heap = new Heap(fabric.pid());
        double residentBefore = fabric.residentMib();
        OptionalDouble heapBefore = heap.usedMib();
        int before = streams.size();
        long started = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            open(connection(), PER_CONNECTION);
            if ((i + 1) % 10 == 0) {
                awaitBegun(streams.size());
                progress.accept(String.format(
                        Locale.ROOT, "%d streams begun, %.0f MiB resident", begun.get(), fabric.residentMib()));
            }
        }
        awaitBegun(streams.size());
        double seconds = (System.nanoTime() - started) / 1e9;
        TimeUnit.SECONDS.sleep(HEARTBEAT_SECONDS);
        double residentAfter = fabric.residentMib();
        OptionalDouble heapAfter = heap.usedMib();
        int added = streams.size() - before;
        report.figure("idle_streams", added)
                .figure("connections", connections)
                .figure("begun_per_s", added / seconds)
                .figure("streams_with_heartbeat", alive.get())
                .figure("added_resident_mib", residentAfter - residentBefore)
                .figure("resident_kib_per_stream", (residentAfter - residentBefore) * 1024 / added)
                .figure("resident_mib_with_streams", residentAfter);
        if (heapBefore.isPresent() && heapAfter.isPresent()) {
            report.figure("added_heap_mib", heapAfter.getAsDouble() - heapBefore.getAsDouble());
        }
        progress.accept("the tasks end");
        agent.release();
        report.figure("heard_the_end", (double) awaitEnds());
    }

    /** One connection, with a task that waits. */
    private Connection connection() {
        ClientFactoryBuilder builder = ClientFactory.builder()
                .workerGroup(threads, false)
                .maxNumEventLoopsPerEndpoint(1)
                .idleTimeout(Duration.ZERO);
        caller.trust(builder);
        ClientFactory factory = builder.build();
        factories.add(factory);
        WebClient client = WebClient.builder(fabric.httpUrl())
                .factory(factory)
                .responseTimeout(Duration.ZERO)
                .maxResponseLength(0)
                .build();
        return new Connection(client, ask(client));
    }

    private record Connection(WebClient client, String task) {}

    private static String ask(WebClient client) {
        String body = "{\"message\":{\"messageId\":\"" + UUID.randomUUID()
                + "\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"wait\"}]},\"configuration\":{\"returnImmediately\":true}}";
        RequestHeaders headers = RequestHeaders.builder(HttpMethod.POST, "/agents/waiter/message:send")
                .contentType(MediaType.JSON)
                .add("A2A-Version", "1.0")
                .build();
        AggregatedHttpResponse answer = client.execute(HttpRequest.of(headers, HttpData.ofUtf8(body)))
                .aggregate()
                .join();
        try {
            String id =
                    JSON.readTree(answer.contentUtf8()).path("task").path("id").asText();
            if (id.isEmpty()) {
                throw new BenchException(
                        "send: " + answer.status() + " " + answer.contentUtf8() + " (expected a task)");
            }
            return id;
        } catch (JsonProcessingException e) {
            throw new BenchException("send: " + answer.status() + " (expected JSON)", e);
        }
    }

    private void open(Connection connection, int more) {
        for (int i = 0; i < more; i++) {
            RequestHeaders headers = RequestHeaders.builder(
                            HttpMethod.GET, "/tasks/" + connection.task() + ":subscribe")
                    .add("A2A-Version", "1.0")
                    .build();
            Stream stream = new Stream();
            connection.client().execute(headers).split().body().subscribe(stream);
            streams.add(stream);
        }
    }

    private void awaitBegun(int expected) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_BEGIN.toNanos();
        while (begun.get() < expected) {
            if (System.nanoTime() > end) {
                throw new BenchException(begun.get() + " of " + expected + " streams had begun after "
                        + LONGEST_BEGIN.toSeconds() + " s" + firstFault());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String firstFault() {
        return streams.stream()
                .filter(stream -> stream.ended.isDone())
                .findFirst()
                .map(stream -> "; one ended with " + stream.read)
                .orElse("");
    }

    private long awaitEnds() throws InterruptedException {
        try {
            CompletableFuture.allOf(streams.stream().map(stream -> stream.ended).toArray(CompletableFuture[]::new))
                    .get(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchException("not every stream heard that its task had ended", e);
        }
        return streams.stream().filter(stream -> stream.ended.join()).count();
    }

    /** One stream's reader. Keeps what came until its first event is whole. */
    private final class Stream implements Subscriber<HttpData> {

        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
        private final StringBuilder read = new StringBuilder();
        private boolean first = true;
        private boolean heartbeat = true;
        private boolean completed;

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(HttpData data) {
            String text = data.toString(StandardCharsets.UTF_8);
            completed |= text.contains("TASK_STATE_COMPLETED");
            if (heartbeat && text.startsWith(":")) {
                heartbeat = false;
                alive.incrementAndGet();
            }
            if (first) {
                read.append(text);
                if (read.indexOf("data: ") >= 0) {
                    first = false;
                    read.setLength(0);
                    begun.incrementAndGet();
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            read.append(failure);
            ended.complete(false);
        }

        @Override
        public void onComplete() {
            ended.complete(completed);
        }
    }
}
