package org.dmsc.bench;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench audit}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "What the audit log takes. A fabric with sequencer and signer in a process of their own, so that it can run without them:",
            "added_p50_ms     median of a round trip over HTTP with them running, less the same without, in turns",
            "sequenced_per_s  a backlog of events, from the first record in the log to the last one, committed",
            "verified_per_s   leaves that 'dmsc audit verify' reads from the topic and checks against all checkpoints",
            "query_p50_ms     'dmsc audit query --task', asked over HTTPS, when the index has read the log"
        })
final class AuditCommand implements Callable<Integer> {

    @Option(
            names = "--events",
            description = "length of the backlog (default: ${DEFAULT-VALUE})",
            defaultValue = "300000")
    private int events;

    @Option(
            names = "--rate",
            description = "tasks per second, open loop (default: ${DEFAULT-VALUE})",
            defaultValue = "25")
    private int rate;

    @Option(names = "--seconds", description = "length of each window (default: ${DEFAULT-VALUE})", defaultValue = "4")
    private int seconds;

    @Option(
            names = "--rounds",
            description = "windows of each kind; their median counts (default: ${DEFAULT-VALUE})",
            defaultValue = "5")
    private int rounds;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        try (Scratch scratch = Scratch.make()) {
            output.progress().accept("starting a fabric without audit in " + scratch.folder());
            try (FabricProcess fabric = FabricProcess.start(scratch.folder(), "broker,http,router,registry")) {
                fabric.command("tenant", "create", "bench");
                return measured(fabric);
            }
        }
    }

    private int measured(FabricProcess fabric) throws Exception {
        Credentials callerOf = fabric.agent("bench", "caller");
        Credentials agentOf = fabric.agent("bench", "echo");
        Report report = new Report("audit");
        AuditBench bench = new AuditBench(fabric, output.progress());
        try (EchoAgent echo = new EchoAgent(agentOf);
                FabricTasks tasks = new FabricTasks(callerOf, fabric.httpUrl(), "echo")) {
            new Registration(agentOf, fabric.httpUrl()).register("echo", echo.start());
            bench.roundTrips(tasks, new AuditBench.Windows(rounds, rate, Duration.ofSeconds(seconds)), report);
        }
        bench.log(events, report);
        return output.print(report);
    }
}
