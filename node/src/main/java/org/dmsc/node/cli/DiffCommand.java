package org.dmsc.node.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc diff -f FILE}. */
@Command(
        name = "diff",
        description = "Shows what 'dmsc apply' of a YAML file would change, and changes nothing.",
        mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "YAML, one document for each tenant; - for standard input (docs/policy.md has all keys)")
    private @Nullable Path file;

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Path given = file == null ? Path.of("-") : file;
        Documents.put(where.asOperator(), Documents.read(given), Map.of("dry-run", "true"), output);
        return 0;
    }
}
