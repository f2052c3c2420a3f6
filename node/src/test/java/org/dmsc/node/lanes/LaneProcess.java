package org.dmsc.node.lanes;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.bridge.core.assembly.BridgeCore;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.TaskStateName;

/** A gateway in a process of its own, to be killed. Its agents finish tasks of the caller {@code quick} at once and never answer others. */
final class LaneProcess {

    private static final Map<Process, Path> OUTPUT = new ConcurrentHashMap<>();

    private LaneProcess() {}

    static Process start(String bootstrap, Path keys, Path folder) throws IOException {
        Path output = folder.resolve("lane-process.out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LaneProcess.class.getName(),
                        bootstrap,
                        keys.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        OUTPUT.put(process, output);
        return process;
    }

    static void awaitReady(Process process) {
        Await.until("the other process is ready", () -> output(process).contains("READY"));
    }

    static void awaitTaken(Process process, Set<String> deliveries) {
        Await.until(
                "the other process took the deliveries",
                () -> deliveries.stream().allMatch(id -> output(process).contains("TAKEN " + id)));
    }

    /** Until the first record of the lane, and only that, is committed as ended. */
    static void awaitCommitted(LaneWorld world, int lane) {
        TopicPartition partition = new TopicPartition(Channel.INBOX.of(LaneWorld.ACME), lane);
        try (Admin admin = world.clients().admin()) {
            Await.until("offset 1 was committed", () -> {
                try {
                    Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets("dmsc-gateways")
                            .partitionsToOffsetAndMetadata()
                            .get();
                    return Optional.ofNullable(offsets.get(partition))
                            .filter(committed -> committed.offset() == 1)
                            .isPresent();
                } catch (InterruptedException | ExecutionException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    private static String output(Process process) {
        try {
            return Files.readString(OUTPUT.get(process));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The other process. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LaneWorld world = new LaneWorld(arguments[0], Path.of(arguments[1]));
        world.join();
        world.agents.called(AgentRef.of("acme", "worker"));
        world.tenants.put(KnownTenants.active(LaneWorld.ACME, "acme/routing/1", "acme/payload/1"));
        BridgeCore core = world.gateway("killed");
        core.gateway().addLink(new RecordingLink(agent -> true, (order, sink) -> {
            if (order.delivery().getCallerAgent().equals("quick")) {
                sink.update(
                        Optional.of(TaskStateName.COMPLETED),
                        RecordingLink.completed(order.delivery().getTaskId()));
            }
            out.println("TAKEN " + order.delivery().getDeliveryId());
        }));
        Await.until(
                "ready", () -> core.gateway().ready() && core.gateway().lanes().size() == LaneWorld.LANES);
        out.println("READY");
        Thread.currentThread().join();
    }
}
