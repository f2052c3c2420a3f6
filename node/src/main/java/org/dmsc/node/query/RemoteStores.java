package org.dmsc.node.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.peers.PeerClient;
import org.dmsc.tenant.peers.PeerRefusals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of routers in other processes. A question about a task goes to who had its lane last, then to who is said to have it, then to the
 * others; a search goes to all of them at once.
 */
public final class RemoteStores implements TaskStores {

    /** A router that takes longer has failed. */
    public static final Duration LONGEST = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(RemoteStores.class);

    private final PeerClient client;
    private final KnownRouters routers;
    private final QueryCounters counters;
    private final int lanes;
    private final QueryMessages messages;

    /** @param named routers that the configuration names */
    public RemoteStores(
            List<RouterAddress> named,
            PeerClient client,
            QueryCounters counters,
            int lanes,
            AvroCodec codec,
            Clock clock) {
        this.routers = new KnownRouters(named, clock);
        this.client = client;
        this.counters = counters;
        this.lanes = lanes;
        this.messages = new QueryMessages(codec);
    }

    @Override
    public CompletionStage<Look> look(TaskQuestion question) {
        ObjectNode asked = QueryMessages.object()
                .put(QueryMessages.DO, QueryMessages.FIND)
                .put("tenant", question.tenant().value())
                .put("task", question.taskId());
        ObjectNode ends = asked.putObject("ends");
        question.ends().forEach((partition, end) -> ends.put(partition.topic(), end));
        int lane = Lanes.of(question.taskId(), lanes);
        return look(
                new Search(lane, QueryMessages.bytes(asked), new HashSet<>()),
                new ArrayDeque<>(routers.worthAsking(lane)));
    }

    /** For one lane's router; each is asked once. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, compared by nobody.
    private record Search(int lane, byte[] question, Set<RouterAddress> asked) {}

    private CompletionStage<Look> look(Search search, Deque<RouterAddress> next) {
        RouterAddress router = next.poll();
        if (router == null) {
            return CompletableFuture.completedStage(Look.Elsewhere.UNKNOWN);
        }
        if (!search.asked().add(router)) {
            return look(search, next);
        }
        return ask(router, search.question(), messages::look)
                .handle((look, failure) -> {
                    if (failure != null) {
                        failed(router, failure);
                        return look(search, next);
                    }
                    if (look instanceof Look.Elsewhere elsewhere) {
                        elsewhere.owner().ifPresent(next::addFirst);
                        return look(search, next);
                    }
                    routers.has(router, search.lane());
                    return CompletableFuture.<Look>completedStage(look);
                })
                .thenCompose(Function.identity());
    }

    @Override
    public CompletionStage<KeptPage> search(TaskSearch search) {
        ObjectNode asked = QueryMessages.object()
                .put(QueryMessages.DO, QueryMessages.SEARCH)
                .put("tenant", search.tenant().value())
                .put("caller", search.caller())
                .put("most", search.most())
                .put("counted", search.mostCounted());
        search.contextId().ifPresent(context -> asked.put("context", context));
        search.state().ifPresent(state -> asked.put("state", state.name()));
        search.since().ifPresent(since -> asked.put("since", since));
        search.after().ifPresent(after -> asked.set("after", QueryMessages.place(after)));
        return round(new Round(search, QueryMessages.bytes(asked), new HashSet<>()), KeptPage.NONE);
    }

    @SuppressWarnings("ArrayRecordComponent") // Handed on, compared by nobody.
    private record Round(TaskSearch search, byte[] question, Set<RouterAddress> asked) {}

    /** Asks all that were not asked yet; then those that they know of, while lanes are missing. */
    private CompletionStage<KeptPage> round(Round round, KeptPage known) {
        List<CompletableFuture<KeptPage>> pages = new ArrayList<>();
        for (RouterAddress router : routers.worthAsking()) {
            if (round.asked().add(router)) {
                pages.add(page(router, round.question()).toCompletableFuture());
            }
        }
        if (pages.isEmpty() || known.covers(lanes)) {
            return CompletableFuture.completedStage(known);
        }
        return CompletableFuture.allOf(pages.toArray(CompletableFuture[]::new)).thenCompose(done -> {
            KeptPage sum = known;
            for (CompletableFuture<KeptPage> one : pages) {
                KeptPage page = one.join();
                if (sum.overlaps(page)) {
                    return CompletableFuture.completedStage(KeptPage.NONE);
                }
                sum = sum.and(page, round.search());
            }
            return round(round, sum);
        });
    }

    private CompletionStage<KeptPage> page(RouterAddress router, byte[] question) {
        return ask(router, question, answer -> {
                    routers.heardOf(QueryMessages.routers(answer));
                    return messages.page(answer);
                })
                .exceptionally(failure -> {
                    failed(router, failure);
                    return KeptPage.NONE;
                });
    }

    private <T> CompletionStage<T> ask(RouterAddress router, byte[] question, Function<JsonNode, T> reading) {
        HttpRequest request = HttpRequest.newBuilder(router.uri())
                .timeout(LONGEST)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(question))
                .build();
        return client.now().sendAsync(request, BodyHandlers.ofByteArray()).thenApply(response -> {
            T read = reading.apply(body(response));
            counters.remote();
            return read;
        });
    }

    private static JsonNode body(HttpResponse<byte[]> response) {
        JsonNode answer = QueryMessages.read(response.body());
        PeerRefusals.of(answer).ifPresent(refused -> {
            throw refused;
        });
        return answer;
    }

    private void failed(RouterAddress router, Throwable failure) {
        counters.failed();
        routers.failed(router);
        LOG.atWarn()
                .addKeyValue("router", router)
                .addKeyValue("cause", String.valueOf(failure.getMessage()))
                .log("router does not say what it knows of a task: others are asked, or the log is read");
    }
}
