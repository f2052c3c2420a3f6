package org.dmsc.bench;

import java.util.Arrays;
import org.dmsc.tenant.keys.CipherWarmUp;
import picocli.CommandLine;

/** Entry of {@code dmsc bench}; the launcher starts it instead of the node's own entry, so that nothing has to depend on this module. */
public final class Bench {

    private Bench() {}

    public static void main(String[] args) {
        // As a node does: clients of Kafka are here, too.
        CipherWarmUp.run();
        String[] words = args.length > 0 && args[0].equals("bench") ? Arrays.copyOfRange(args, 1, args.length) : args;
        System.exit(new CommandLine(new BenchCommand())
                .setCommandName("dmsc bench")
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    System.err.println("dmsc bench: " + failure.getMessage());
                    return 1;
                })
                .execute(words));
    }
}
