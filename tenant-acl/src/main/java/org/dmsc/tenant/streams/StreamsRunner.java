package org.dmsc.tenant.streams;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka Streams application: {@link #start}, {@link #healthy}, {@link #close}. A thread that dies is replaced; when too many die one after
 * the other the application gives up and is unhealthy, so that whoever watches the process restarts it.
 */
public final class StreamsRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StreamsRunner.class);
    private static final int MOST_DEATHS = 10;
    private static final Duration DEATHS_WITHIN = Duration.ofMinutes(1);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final String name;
    private final Clock clock;
    private final KafkaStreams streams;
    private final CountDownLatch running = new CountDownLatch(1);
    private final AtomicLong deaths = new AtomicLong();
    private final Deque<Long> recentDeaths = new ArrayDeque<>();

    public StreamsRunner(Topology topology, Map<String, Object> config, Clock clock) {
        this.name = String.valueOf(config.get(StreamsConfig.APPLICATION_ID_CONFIG));
        this.clock = clock;
        this.streams = new KafkaStreams(topology, new StreamsConfig(config));
        streams.setStateListener((now, before) -> {
            LOG.atInfo()
                    .addKeyValue("application", name)
                    .addKeyValue("state", now)
                    .log("streams application");
            if (now == KafkaStreams.State.RUNNING) {
                running.countDown();
            }
        });
        streams.setUncaughtExceptionHandler(this::died);
    }

    /** Begins to work; returns at once. */
    public void start() {
        streams.start();
    }

    /** Waits until the application runs for the first time; false when that took longer. */
    public boolean awaitRunning(Duration atMost) throws InterruptedException {
        return running.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether it runs, or moves partitions, which ends by itself. */
    public boolean healthy() {
        KafkaStreams.State state = streams.state();
        return state == KafkaStreams.State.RUNNING || state == KafkaStreams.State.REBALANCING;
    }

    /** In words. */
    public String state() {
        return streams.state().name();
    }

    /** How many threads died of a fault since the start. */
    public long deaths() {
        return deaths.get();
    }

    /** Asks the application's stores; empty when the answer is not here now, because the partition is elsewhere or on the move. */
    public <T> Optional<T> ask(Supplier<Optional<T>> question) {
        try {
            return question.get();
        } catch (InvalidStateStoreException | IllegalStateException e) {
            LOG.atDebug().addKeyValue("application", name).setCause(e).log("store cannot be asked now");
            return Optional.empty();
        }
    }

    /** For interactive queries. */
    public KafkaStreams streams() {
        return streams;
    }

    /** Leaves the group, so that the others go on at once and not after the session timeout. */
    @Override
    public void close() {
        boolean closed =
                streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                        .withTimeout(CLOSING));
        if (!closed) {
            LOG.atWarn().addKeyValue("application", name).log("streams application did not end in time");
        }
    }

    private synchronized StreamThreadExceptionResponse died(Throwable fault) {
        deaths.incrementAndGet();
        long now = clock.millis();
        recentDeaths.addLast(now);
        while (recentDeaths.getFirst() < now - DEATHS_WITHIN.toMillis()) {
            recentDeaths.removeFirst();
        }
        boolean givesUp = recentDeaths.size() > MOST_DEATHS;
        LOG.atError()
                .addKeyValue("application", name)
                .addKeyValue("deaths", recentDeaths.size())
                .setCause(fault)
                .log(givesUp ? "stream thread died too often: giving up" : "stream thread died: replaced");
        return givesUp ? StreamThreadExceptionResponse.SHUTDOWN_CLIENT : StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
