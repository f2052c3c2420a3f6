package org.dmsc.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long {@code dmsc up} takes until it is ready, what it then has in memory, and how long {@code dmsc tenant create} takes as a command of
 * its own: by the first, just after the start, and by those that follow it.
 */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "From the start of the process until the fabric is ready, its memory, and a tenant's creation.")
final class StartCommand implements Callable<Integer> {

    private static final int TENANTS = 4;

    @Option(
            names = "--rounds",
            description = "how often; the median counts (default: ${DEFAULT-VALUE})",
            defaultValue = "5")
    private int rounds;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    private final List<Double> ready = new ArrayList<>();
    private final List<Double> resident = new ArrayList<>();
    private final List<Double> firstTenant = new ArrayList<>();
    private final List<Double> nextTenants = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (rounds < 1) {
            System.err.println("--rounds " + rounds + " (expected 1 or more)");
            return 2;
        }
        for (int round = 1; round <= rounds; round++) {
            try (Scratch scratch = Scratch.make();
                    FabricProcess fabric = FabricProcess.start(scratch.folder())) {
                ready.add((double) fabric.readyMillis());
                resident.add(fabric.residentMib());
                tenants(fabric);
                output.progress().accept("round " + round + " of " + rounds + ": " + last());
            }
        }
        return output.print(new Report("start")
                .figure("ready_ms", median(ready))
                .figure("ready_ms_worst", Collections.max(ready))
                .figure("rss_mib", median(resident))
                .figure("first_tenant_ms", median(firstTenant))
                .figure("next_tenant_ms", median(nextTenants))
                .figure("next_tenant_ms_worst", Collections.max(nextTenants)));
    }

    private void tenants(FabricProcess fabric) throws InterruptedException {
        for (int i = 0; i < TENANTS; i++) {
            double took = fabric.launcher("tenant", "create", "bench-" + i).toMillis();
            (i == 0 ? firstTenant : nextTenants).add(took);
        }
    }

    private String last() {
        int last = ready.size() - 1;
        return "ready after " + ready.get(last) + " ms, " + Math.round(resident.get(last))
                + " MiB, first tenant made in " + firstTenant.get(last) + " ms, the next in "
                + nextTenants.get(nextTenants.size() - 1) + " ms";
    }

    private static double median(List<Double> all) {
        return all.stream().sorted().toList().get(all.size() / 2);
    }
}
