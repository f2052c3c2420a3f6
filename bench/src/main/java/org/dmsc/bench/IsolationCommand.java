package org.dmsc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench isolation}. */
@Command(
        name = "isolation",
        mixinStandardHelpOptions = true,
        description = {
            "A tenant limited to 20 requests per second sends 2,000; another one's tasks alone and beside it,",
            "over HTTP, in five windows of each kind in turns. The one that sends too much is a process of its own."
        })
final class IsolationCommand implements Callable<Integer> {

    private static final String ATTACKER = "tenant: attacker\nquotas:\n  requests-per-second: 20\n  burst: 20\n";

    @Option(
            names = "--rate",
            description = "the victim's tasks per second (default: ${DEFAULT-VALUE})",
            defaultValue = "50")
    private int rate;

    @Option(
            names = "--attack",
            description = "the attacker's requests per second (default: ${DEFAULT-VALUE})",
            defaultValue = "2000")
    private int attack;

    @Option(names = "--seconds", description = "length of each window (default: ${DEFAULT-VALUE})", defaultValue = "6")
    private int seconds;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        try (Scratch scratch = Scratch.make()) {
            output.progress().accept("starting a fabric in " + scratch.folder());
            try (FabricProcess fabric = FabricProcess.start(scratch.folder())) {
                fabric.command("tenant", "create", "bench");
                Path document = Files.writeString(scratch.folder().resolve("attacker.yaml"), ATTACKER);
                fabric.command("apply", "-f", document.toString());
                return measured(fabric, scratch.folder().resolve("flood.log"));
            }
        }
    }

    private int measured(FabricProcess fabric, Path log) throws Exception {
        Credentials victim = fabric.agent("bench", "caller");
        Credentials victimEcho = fabric.agent("bench", "echo");
        Credentials attacker = fabric.agent("attacker", "caller");
        Credentials attackerEcho = fabric.agent("attacker", "echo");
        try (EchoAgent one = new EchoAgent(victimEcho);
                EchoAgent two = new EchoAgent(attackerEcho);
                FabricTasks tasks = new FabricTasks(victim, fabric.httpUrl(), "echo");
                FloodProcess flood = FloodProcess.start(attacker, fabric.httpUrl(), "echo", log)) {
            new Registration(victimEcho, fabric.httpUrl()).register("echo", one.start());
            new Registration(attackerEcho, fabric.httpUrl()).register("echo", two.start());
            return output.print(new IsolationBench(tasks, flood, output.progress())
                    .run(new IsolationBench.Rates(rate, attack), Duration.ofSeconds(seconds)));
        }
    }
}
