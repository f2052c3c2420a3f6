package org.dmsc.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench mqtt}. */
@Command(
        name = "mqtt",
        mixinStandardHelpOptions = true,
        description = {
            "QoS 1 publish → Kafka → PUBACK at the MQTT edge, against the same HiveMQ acknowledging at once, with 20 and",
            "200 connections; what it adds at 1,000 a second; and device → HTTP agent → device against the same over HTTP."
        })
final class MqttCommand implements Callable<Integer> {

    private static final int AGENTS = 4;

    @Option(
            names = "--rounds",
            description = "how often each is measured, in turns; the median counts (default: ${DEFAULT-VALUE})",
            defaultValue = "3")
    private int rounds;

    @Option(names = "--seconds", description = "length of each window (default: ${DEFAULT-VALUE})", defaultValue = "2")
    private int seconds;

    @Option(
            names = "--part",
            description = "publishes, roundtrips or all (default: ${DEFAULT-VALUE})",
            defaultValue = "all")
    private String part = "all";

    @Option(
            names = "--idle",
            description = {
                "measure instead the memory of connections that do nothing, up to this many (10000 when no number is",
                "given; fewer where fewer files may be open)"
            },
            arity = "0..1",
            fallbackValue = "10000",
            defaultValue = "0")
    private int idle;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        Report report = new Report("mqtt");
        if (!List.of("all", "publishes", "roundtrips").contains(part)) {
            System.err.println("--part " + part + " (expected publishes, roundtrips or all)");
            return 2;
        }
        if (idle > 0) {
            try (Scratch scratch = Scratch.make()) {
                idle(scratch.folder(), report);
            }
            return output.print(report);
        }
        if (!part.equals("roundtrips")) {
            try (Scratch scratch = Scratch.make()) {
                publishes(scratch.folder(), report);
            }
        }
        if (!part.equals("publishes")) {
            try (Scratch scratch = Scratch.make()) {
                roundTrips(scratch.folder(), report);
            }
        }
        return output.print(report);
    }

    /** Several tenants: one may have 5,000 connections at a gateway. */
    private void idle(Path folder, Report report) throws Exception {
        output.progress().accept("starting Kafka and an MQTT edge in " + folder);
        try (FabricProcess fabric = FabricProcess.start(folder, List.of("--roles", "broker,http,mqtt"))) {
            List<MqttAgent> agents = new ArrayList<>();
            for (int i = 0; i < AGENTS; i++) {
                fabric.command("tenant", "create", "bench-" + i);
                agents.add(new MqttAgent(
                        "bench-" + i,
                        "device",
                        fabric.agent("bench-" + i, "device").pem("")));
            }
            new IdleBench(fabric, agents, output.progress()).run(report, idle);
        }
    }

    private void publishes(Path folder, Report report) throws Exception {
        output.progress().accept("starting Kafka and an MQTT edge in " + folder);
        try (FabricProcess fabric = FabricProcess.start(folder, List.of("--roles", "broker,http,mqtt"))) {
            fabric.command("tenant", "create", "bench");
            List<Credentials> credentials = new ArrayList<>();
            for (int i = 0; i < AGENTS; i++) {
                credentials.add(fabric.agent("bench", "device-" + i));
            }
            try (AtOnceProcess atOnce = AtOnceProcess.start(
                    folder.resolve("at-once"), credentials.get(0).trusted())) {
                List<MqttAgent> agents = new ArrayList<>();
                for (int i = 0; i < AGENTS; i++) {
                    agents.add(new MqttAgent(
                            "bench", "device-" + i, credentials.get(i).pem(atOnce.root())));
                }
                new MqttBench(fabric.mqttPort(), atOnce.port(), agents, output.progress())
                        .run(report, rounds, Duration.ofSeconds(seconds));
            }
        }
    }

    private void roundTrips(Path folder, Report report) throws Exception {
        output.progress().accept("starting a whole fabric in " + folder);
        try (FabricProcess fabric = FabricProcess.start(folder)) {
            fabric.command("tenant", "create", "bench");
            Credentials echoOf = fabric.agent("bench", "echo");
            MqttAgent device = new MqttAgent(
                    "bench", "device", fabric.agent("bench", "device").pem(""));
            try (EchoAgent echo = new EchoAgent(echoOf);
                    FabricTasks http = new FabricTasks(fabric.agent("bench", "caller"), fabric.httpUrl(), "echo");
                    DeviceTasks mqtt = DeviceTasks.connect(fabric.mqttPort(), device, "echo")) {
                new Registration(echoOf, fabric.httpUrl()).register("echo", echo.start());
                new DeviceBench(http, mqtt, output.progress()).run(report, rounds, Duration.ofSeconds(seconds));
            }
        }
    }
}
