package org.dmsc.bench;

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

    @Option(names = "--seconds", description = "length of each window (default: ${DEFAULT-VALUE})", defaultValue = "4")
    private int seconds;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        try (Scratch scratch = Scratch.make()) {
            output.progress().accept("starting a fabric in " + scratch.folder());
            try (FabricProcess fabric = FabricProcess.start(scratch.folder())) {
                fabric.command("tenant", "create", "bench");
                return measured(fabric, scratch);
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
