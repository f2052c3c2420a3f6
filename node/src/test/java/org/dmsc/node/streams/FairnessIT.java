package org.dmsc.node.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.dmsc.node.kafka.BrokerSettings;
import org.dmsc.node.kafka.EmbeddedKafka;
import org.dmsc.registry.RegistryApp;
import org.dmsc.router.RouterApp;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.Delivery;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant's backlog inside the router, past all quotas of the edges, and another tenant's tasks that come behind it
 * ({@code -Ddmsc.fair.flood=8000}). Prints what the quiet tenant's tasks took from Kafka to their agent's inbox, without and with the flood.
 */
@Tag("long")
@Timeout(300)
class FairnessIT {

    private static final TenantId FLOOD = new TenantId("flood");
    private static final TenantId QUIET = new TenantId("quiet");
    private static final int FLOODED = Integer.getInteger("dmsc.fair.flood", 8000);
    private static final int TASKS = 30;
    private static final Duration LONGEST = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    private final Map<String, Long> arrived = new ConcurrentHashMap<>();
    private final AtomicInteger floodArrived = new AtomicInteger();

    private static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    @Test
    void aTenantsBacklogIsItsOwn() throws Exception {
        try (EmbeddedKafka kafka = new EmbeddedKafka(BrokerSettings.loopback(folder.resolve("kafka")))) {
            kafka.start();
            try (StreamsWorld world = new StreamsWorld(kafka.bootstrapServers(), folder);
                    RegistryApp registry = world.registry();
                    RouterApp router = world.router("router-1")) {
                registry.start();
                router.start();
                StreamsWorld.awaitRunning(router);
                for (TenantId tenant : List.of(FLOOD, QUIET)) {
                    world.createTenant(tenant);
                    world.register(tenant);
                    until(
                            "agent of " + tenant,
                            () -> world.agents
                                    .find(AgentRef.of(tenant.value(), StreamsWorld.CLERK))
                                    .isPresent());
                }
                run(world);
            }
        }
    }

    private void run(StreamsWorld world) throws InterruptedException {
        try (CommittedRecords quiet = new CommittedRecords(
                        world.clients,
                        Channel.INBOX.of(QUIET),
                        found -> arrived.put(
                                world.envelopes
                                        .routing(world.open(found.value()), Delivery.class)
                                        .getTaskId(),
                                System.nanoTime()));
                CommittedRecords flood = new CommittedRecords(
                        world.clients, Channel.INBOX.of(FLOOD), found -> floodArrived.incrementAndGet())) {
            world.flood(FLOOD, 200);
            asked(world);
            until("the warm-up", () -> floodArrived.get() >= 200);
            List<Long> alone = asked(world);
            world.flood(FLOOD, FLOODED);
            List<Long> beside = asked(world);
            int before = floodArrived.get() - 200;
            System.out.println("quiet tenant, ms from Kafka to inbox: alone p50 " + at(alone, 0.5) + ", most "
                    + at(alone, 1) + "; beside a backlog of " + FLOODED + ": p50 " + at(beside, 0.5) + ", most "
                    + at(beside, 1) + "; of the backlog " + before + " had been decided by then");

            assertThat(before)
                    .as("of the backlog, when the last task of the quiet tenant came through")
                    .isLessThan(FLOODED);
            until("the rest", () -> floodArrived.get() >= FLOODED + 200);
        }
    }

    private static long at(List<Long> sorted, double part) {
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(part * sorted.size())));
    }

    /** How long each took, sorted, in ms. */
    private List<Long> asked(StreamsWorld world) {
        List<Long> took = new ArrayList<>();
        Map<String, Long> sent = new ConcurrentHashMap<>();
        for (int i = 0; i < TASKS; i++) {
            long begun = System.nanoTime();
            sent.put(world.submit(QUIET), begun);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        until("deliveries of the quiet tenant", () -> arrived.keySet().containsAll(sent.keySet()));
        sent.forEach((task, begun) ->
                took.add(Duration.ofNanos(arrived.get(task) - begun).toMillis()));
        Collections.sort(took);
        return took;
    }
}
