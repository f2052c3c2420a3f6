package org.dmsc.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench intent}: how often the right capability is found for requests not seen before. */
@Command(
        name = "intent",
        mixinStandardHelpOptions = true,
        description =
                "How often the router finds the right capability for a request, without and with a history of finished"
                        + " tasks, and how long deciding takes. Needs no fabric.")
final class IntentCommand implements Callable<Integer> {

    @Option(
            names = "--capabilities",
            required = true,
            description = "JSON array of objects with 'capability' and 'description'")
    private Path capabilities = Path.of("");

    @Option(
            names = "--history",
            required = true,
            description = "CSV 'intent,capability': finished tasks, replayed in this order")
    private Path history = Path.of("");

    @Option(names = "--test", required = true, description = "CSV 'intent,capability': requests to be judged by")
    private Path test = Path.of("");

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() {
        try {
            IntentData data = IntentData.read(capabilities, history, test);
            return output.print(new IntentBench(data).run());
        } catch (BenchException e) {
            System.err.println(e.getMessage());
            return 2;
        }
    }
}
