package org.dmsc.node.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dmsc.node.host.NodeFile;

/** The fabric, started as a user starts it: {@code dmsc up}, in a process of its own, on free ports. */
final class FabricProcess {

    private static final Duration LONGEST_START = Duration.ofMinutes(3);
    private static final long LOOK_EVERY_MS = 20;

    private final ChildProcess process;
    private final Path data;

    private FabricProcess(ChildProcess process, Path data) {
        this.process = process;
        this.data = data;
    }

    static FabricProcess start(Launcher launcher, Workspace workspace) {
        List<String> command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(Jvm.ownFlags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.dmsc.node.Main", "up"));
        command.addAll(List.of("--data", workspace.data().toString(), "--http-port", "0", "--mqtt-port", "0"));
        return new FabricProcess(launcher.start("fabric", command, workspace.log("fabric")), workspace.data());
    }

    /** Waits until it has written where it listens, which it does when it is ready. */
    FabricProcess awaitReady() {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (NodeFile.read(data).isEmpty()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new DemoFailure(
                        "the fabric to be ready within " + LONGEST_START.toSeconds() + " s",
                        process.isAlive() ? "nothing yet" : "the end of its process",
                        process.log().toString());
            }
            rest();
        }
        return this;
    }

    /** {@code https://localhost:<port>}. */
    String httpUrl() {
        return "https://localhost:" + described().httpPort();
    }

    /** {@code ssl://localhost:<port>}, as Paho writes it. */
    String mqttUrl() {
        return "ssl://localhost:" + described().mqttPort();
    }

    /** Where a Kafka client begins. */
    String bootstrap() {
        return described().bootstrap();
    }

    /** With what the operator's Kafka client begins. */
    Map<String, Object> kafkaClient() {
        return described().kafkaClient();
    }

    ChildProcess process() {
        return process;
    }

    private NodeFile described() {
        return NodeFile.read(data)
                .orElseThrow(() -> new DemoFailure(
                        "node.json in " + data, "none", process.log().toString()));
    }

    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("to wait for the fabric", "an interrupt", "-");
        }
    }
}
