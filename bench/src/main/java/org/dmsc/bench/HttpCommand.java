package org.dmsc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench http}. */
@Command(
        name = "http",
        mixinStandardHelpOptions = true,
        description = {
            "What the fabric adds to a call: the same agent called directly and through the fabric, unary and to the first event of a stream,",
            "open loop, beside a bare exactly-once Kafka chain; and how many non-blocking sends a second it takes in, beside an echo",
            "server with the same TLS. All in one run, in turns."
        })
final class HttpCommand implements Callable<Integer> {

    @Option(
            names = "--rate",
            description = "tasks per second, open loop (default: ${DEFAULT-VALUE})",
            defaultValue = "200")
    private int rate;

    @Option(names = "--seconds", description = "length of each window (default: ${DEFAULT-VALUE})", defaultValue = "3")
    private int seconds;

    @Option(
            names = "--idle",
            description = {
                "measure instead the memory of streams on which nothing happens, up to this many (10000 when no number is",
                "given), 100 over each HTTP/2 connection, with heartbeats; and that each hears its task's end"
            },
            arity = "0..1",
            fallbackValue = "10000",
            defaultValue = "0")
    private int idle;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        if (idle > 0) {
            try (Scratch scratch = Scratch.make()) {
                return output.print(idle(scratch));
            }
        }
        try (Scratch scratch = Scratch.make()) {
            output.progress().accept("starting a fabric in " + scratch.folder());
            try (FabricProcess fabric = FabricProcess.start(scratch.folder())) {
                fabric.command("tenant", "create", "bench");
                return measured(fabric, scratch);
            }
        }
    }

    /** Attempts may last as long as the measurement does. */
    private Report idle(Scratch scratch) throws Exception {
        output.progress().accept("starting a fabric in " + scratch.folder());
        try (FabricProcess fabric = FabricProcess.start(scratch.folder())) {
            Path policy = scratch.folder().resolve("bench.yaml");
            Files.writeString(policy, "tenant: bench\nlimits: {task-deadline: 15m, attempt-timeout: 15m}\n");
            fabric.command("apply", "-f", policy.toString());
            Credentials callerOf = fabric.agent("bench", "caller");
            Credentials agentOf = fabric.agent("bench", "waiter");
            try (WaitingAgent agent = new WaitingAgent(agentOf)) {
                new Registration(agentOf, fabric.httpUrl()).register("waiter", agent.start());
                Report report = new Report("http-idle");
                new IdleStreams(fabric, callerOf, agent, output.progress()).run(report, idle);
                return report;
            }
        }
    }

    private int measured(FabricProcess fabric, Scratch scratch) throws Exception {
        Credentials callerOf = fabric.agent("bench", "caller");
        Credentials agentOf = fabric.agent("bench", "echo");
        try (EchoAgent echo = new EchoAgent(agentOf)) {
            String agent = echo.start();
            new Registration(agentOf, fabric.httpUrl()).register("echo", agent);
            try (A2aCalls direct = A2aCalls.direct("direct", callerOf, agent);
                    A2aCalls same = A2aCalls.echoed("echo", callerOf, agent + "echo");
                    A2aCalls through = A2aCalls.waited("fabric", callerOf, fabric.httpUrl() + "/agents/echo");
                    A2aCalls first =
                            A2aCalls.streamed("fabric, first event", callerOf, fabric.httpUrl() + "/agents/echo");
                    A2aCalls sent = A2aCalls.sent("fabric, sends", callerOf, fabric.httpUrl() + "/agents/echo");
                    BareChain bare = BareChain.start(
                            fabric.kafkaClient(), scratch.folder().resolve("streams"))) {
                HttpBench bench = new HttpBench(
                        new HttpBench.Measured(direct, same, through, first, sent, bare), output.progress());
                return output.print(bench.run(rate, Duration.ofSeconds(seconds)));
            }
        }
    }
}
