package org.dmsc.bench;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench revocation}. */
@Command(
        name = "revocation",
        mixinStandardHelpOptions = true,
        description = {
            "From the API's answer to a revocation until three gateways, each a process, have closed the",
            "agent's connection and refuse new ones. One agent with three open connections per trial."
        })
final class RevocationCommand implements Callable<Integer> {

    @Option(names = "--trials", description = "how often (default: ${DEFAULT-VALUE})", defaultValue = "100")
    private int trials;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        try (Scratch scratch = Scratch.make()) {
            output.progress().accept("starting a fabric and two more gateways in " + scratch.folder());
            try (FabricProcess one = FabricProcess.start(scratch.folder());
                    FabricProcess two = one.join("gateway-2");
                    FabricProcess three = one.join("gateway-3");
                    RevocationBench bench = new RevocationBench(one, List.of(one, two, three), output.progress())) {
                one.command("tenant", "create", "bench");
                return output.print(bench.run(trials));
            }
        }
    }
}
