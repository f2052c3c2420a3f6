package org.dmsc.node.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.dmsc.node.testing.Participant;

/**
 * A caller who follows its task as it works, and goes on where it was cut off, at another gateway: the same request again, with the id of the
 * last event that it has.
 */
final class FollowedStream {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final IntFunction<String> gateways;
    private final HttpClient client;
    private final ObjectNode request;
    private final List<String> ids = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private String last = "";
    private String taskId = "";
    private boolean ended;
    private int cuts;
    private long longestGapMs;

    /** @param gateways address by number of the try */
    FollowedStream(IntFunction<String> gateways, HttpClient client, ObjectNode request) {
        this.gateways = gateways;
        this.client = client;
        this.request = request;
    }

    /** Follows to the end. Blocks. */
    void follow() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long cutAt = 0;
        for (int attempt = 0; !ended; attempt++) {
            int before = ids.size();
            try {
                read(gateways.apply(attempt));
            } catch (IOException e) {
                // The gateway is gone: on to the other one.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            long now = System.nanoTime();
            if (ids.size() > before && cutAt != 0) {
                longestGapMs = Math.max(longestGapMs, TimeUnit.NANOSECONDS.toMillis(now - cutAt));
                cutAt = 0;
            }
            if (!ended) {
                cuts++;
                cutAt = cutAt == 0 ? now : cutAt;
                if (now > end) {
                    throw new AssertionError("no end of " + taskId + " after " + ids + ": " + lines);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void read(String gateway) throws IOException, InterruptedException {
        HttpRequest.Builder ask = HttpRequest.newBuilder(URI.create(gateway + "/message:stream"))
                .header("A2A-Version", "1.0")
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()));
        if (!last.isEmpty()) {
            ask.header("Last-Event-ID", last);
        }
        HttpResponse<InputStream> answer = client.send(ask.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader in = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String id = "";
            for (String line = in.readLine(); line != null && !ended; line = in.readLine()) {
                if (answer.statusCode() != 200) {
                    lines.add(line);
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("data: ")) {
                    event(id, Participant.JSON.readTree(line.substring("data: ".length())));
                }
            }
        }
    }

    private void event(String id, JsonNode event) {
        last = id;
        if (event.has("task")) {
            taskId = event.at("/task/id").asText();
            if (!id.equals("0")) {
                lines.add("the task as it stands, at " + id);
            }
        } else {
            ids.add(id);
        }
        String state = event.at("/statusUpdate/status/state").asText();
        ended = state.equals("TASK_STATE_COMPLETED") || state.equals("TASK_STATE_FAILED");
        if (ended && !state.equals("TASK_STATE_COMPLETED")) {
            lines.add(event.toString());
        }
    }

    String taskId() {
        return taskId;
    }

    /** Of all updates, as they came. */
    List<String> ids() {
        return List.copyOf(ids);
    }

    /** What should not have come. */
    List<String> strange() {
        return List.copyOf(lines);
    }

    int cuts() {
        return cuts;
    }

    /** From a cut to the first event after it. */
    long longestGapMs() {
        return longestGapMs;
    }
}
