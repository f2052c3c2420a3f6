package org.dmsc.node.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dmsc diff -f FILE}. */
@Command(
        name = "diff",
        description = "Shows what 'dmsc apply' of a YAML file would change, and changes nothing.",
        mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

    @Mixin
    private DocumentFile file = new DocumentFile();

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Documents.put(where.asOperator(), file.documents(), Map.of("dry-run", "true"), output);
        return 0;
    }
}
