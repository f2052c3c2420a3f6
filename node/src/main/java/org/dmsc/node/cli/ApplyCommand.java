package org.dmsc.node.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dmsc apply -f FILE}. */
@Command(
        name = "apply",
        description =
                "Makes tenants what a YAML file says: policy, quotas, issuers, grants, masking. Creates those that do not exist.",
        mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {

    @Mixin
    private DocumentFile file = new DocumentFile();

    @Mixin
    private Target where = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Documents.put(where.asOperator(), file.documents(), Map.of(), output);
        return 0;
    }
}
