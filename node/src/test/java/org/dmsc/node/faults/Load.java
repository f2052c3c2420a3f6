package org.dmsc.node.faults;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.Refusal;

/**
 * Asks at a rate that does not depend on the answers. A submission that fails is sent again with its message id, at the other gateway, as
 * any caller should do: it is the same task.
 */
final class Load implements AutoCloseable {

    private static final int SENDERS = 48;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** What gateways say in Retry-After when the router is behind: whoever asks sooner keeps it there. */
    private static final Duration BUSY = Duration.ofSeconds(2);

    private final BiFunction<Integer, Integer, Participant> callers;
    private final List<String> kinds;
    private final BiFunction<String, String, ObjectNode> requests;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ThreadPoolExecutor senders =
            new ThreadPoolExecutor(SENDERS, SENDERS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger retried = new AtomicInteger();
    private final Map<String, String> accepted = new ConcurrentHashMap<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();

    /**
     * @param callers who asks, by number of the task and of the try
     * @param kinds of work, in turn
     * @param requests makes the request for work of a kind with a text
     */
    Load(
            BiFunction<Integer, Integer, Participant> callers,
            List<String> kinds,
            BiFunction<String, String, ObjectNode> requests) {
        this.callers = callers;
        this.kinds = kinds;
        this.requests = requests;
    }

    void start(int perSecond) {
        var unused = clock.scheduleAtFixedRate(
                () -> senders.execute(() -> send(asked.getAndIncrement())),
                0,
                TimeUnit.SECONDS.toNanos(1) / perSecond,
                TimeUnit.NANOSECONDS);
    }

    private void send(int number) {
        String kind = kinds.get(number % kinds.size());
        ObjectNode body = requests.apply(kind, kind + " task " + number);
        body.putObject("configuration").put("returnImmediately", true);
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "never sent";
        for (int attempt = 0; System.nanoTime() < end; attempt++) {
            boolean busy = false;
            try {
                Answer answer = callers.apply(number, attempt).post("/message:send", body);
                if (answer.status() == 200) {
                    accepted.put(answer.task().path("id").asText(), kind + " task " + number);
                    return;
                }
                busy = answer.reason().equals(Refusal.OVERLOADED.name());
                last = answer.toString();
            } catch (RuntimeException e) {
                last = e + ", " + e.getCause();
            }
            retried.incrementAndGet();
            LockSupport.parkNanos((busy ? BUSY : PAUSE).toNanos());
        }
        refused.add("task " + number + ": " + last);
    }

    /** No further tasks; returns when each that was begun is accepted or given up. */
    void finish() {
        clock.shutdownNow();
        // What was to be sent and was not begun, because the machine could not keep up, was never asked.
        senders.getQueue().clear();
        senders.shutdown();
        try {
            if (!senders.awaitTermination(PATIENCE.toSeconds() + 60, TimeUnit.SECONDS)) {
                throw new AssertionError("senders did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int asked() {
        return asked.get();
    }

    int retried() {
        return retried.get();
    }

    /** What each accepted task said, by the task's id. */
    Map<String, String> accepted() {
        return Map.copyOf(accepted);
    }

    int acceptedSoFar() {
        return accepted.size();
    }

    List<String> refused() {
        return List.copyOf(refused);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        senders.shutdownNow();
    }
}
