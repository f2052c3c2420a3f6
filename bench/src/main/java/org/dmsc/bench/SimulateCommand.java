package org.dmsc.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.dmsc.bench.simulate.Scenario;
import org.dmsc.bench.simulate.Simulation;
import org.dmsc.bench.simulate.Simulation.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "The rules of router and registry as they are in production, among simulated agents in simulated time,",
            "against other ways to choose: random, round robin, least connections, and an oracle that knows the truth.",
            "Three scenarios: steady (20 equal agents), slow (one of the 20 takes five times as long) and wild (agents",
            "of all sizes lie about their load, slow down, fail, drain, crash and come back).",
            "After every event invariants are checked; a violation makes the exit status 1."
        })
final class SimulateCommand implements Callable<Integer> {

    private static final int STEADY_TASKS = 20_000;

    /** The one that production has, without a name of its own in the figures. */
    private static final String OURS = "dmsc";

    private static final List<String> COLUMNS =
            List.of("busiest_to_mean", "p50_ms", "p99_ms", "p999_ms", "wasted_attempts", "completed", "failed");

    @Option(
            names = "--seed",
            description = "the same seed gives the same run (default: ${DEFAULT-VALUE})",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--agents",
            description = "agents of the wild scenario (default: ${DEFAULT-VALUE})",
            defaultValue = "2000")
    private int agents;

    @Option(
            names = "--tasks",
            description =
                    "tasks of the wild scenario; the others have " + STEADY_TASKS + " (default: ${DEFAULT-VALUE})",
            defaultValue = "20000")
    private int tasks;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() {
        if (agents < 2 || tasks < 1) {
            System.err.println("dmsc bench simulate: --agents " + agents + " --tasks " + tasks
                    + " (expected at least 2 agents and 1 task)");
            return 2;
        }
        Report report = new Report("simulate")
                .figure("seed", (double) seed)
                .figure("agents", agents)
                .figure("tasks", tasks);
        List<String> told = new ArrayList<>();
        long violations = 0;
        for (Scenario scenario :
                List.of(Scenario.steady(STEADY_TASKS), Scenario.slow(STEADY_TASKS), Scenario.wild(agents, tasks))) {
            Map<String, Outcome> outcomes = new LinkedHashMap<>();
            for (String strategy : Simulation.strategies()) {
                output.progress().accept(scenario.name() + ": " + strategy);
                Outcome outcome = new Simulation(scenario, strategy, seed, UnaryOperator.identity()).run();
                outcomes.put(strategy, outcome);
                violations += outcome.violations();
                outcome.told().forEach(line -> told.add(scenario.name() + ", " + strategy + ": " + line));
            }
            output.progress().accept(table(scenario, outcomes));
            add(report, scenario, outcomes);
        }
        report.figure("violations", (double) violations);
        told.forEach(line -> System.err.println("violated: " + line));
        output.print(report);
        return violations == 0 ? 0 : 1;
    }

    private static String table(Scenario scenario, Map<String, Outcome> outcomes) {
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, "%n%-20s", scenario.name()));
        List<String> columns = columns(scenario);
        columns.forEach(column -> table.append(String.format(Locale.ROOT, "%17s", column)));
        outcomes.forEach((strategy, outcome) -> {
            table.append(String.format(Locale.ROOT, "%n%-20s", strategy));
            columns.forEach(column -> table.append(String.format(Locale.ROOT, "%17.3f", outcome.figure(column))));
        });
        return table.append(System.lineSeparator()).toString();
    }

    private static List<String> columns(Scenario scenario) {
        List<String> columns = new ArrayList<>(COLUMNS);
        if (scenario.temper() == Scenario.Temper.ONE_SLOW) {
            columns.set(0, "first_to_others");
        }
        return columns;
    }

    private static void add(Report report, Scenario scenario, Map<String, Outcome> outcomes) {
        Outcome ours = outcomes.getOrDefault(OURS, new Outcome(Map.of(), 0, List.of(), 0));
        outcomes.forEach((strategy, outcome) -> {
            String end = strategy.equals(OURS) ? "" : "_" + strategy;
            for (String column : columns(scenario)) {
                String name = column.equals("first_to_others") ? "share" : scenario.name() + "_" + column;
                report.figure((name.equals("share") ? "slow_share" : name) + end, outcome.figure(column));
            }
            if (!strategy.equals(OURS)) {
                report.ratio(scenario.name() + "_p99_to_" + strategy, ours.figure("p99_ms") / outcome.figure("p99_ms"));
            }
        });
    }
}
