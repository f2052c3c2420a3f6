package org.dmsc.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.dmsc.bench.decide.DecideRun;
import org.dmsc.bench.decide.Population;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dmsc bench decide}. */
@Command(
        name = "decide",
        mixinStandardHelpOptions = true,
        description = {
            "What a decision costs, on one thread, over a registry that was restored from a real broker's compacted topic:",
            "decisions per second, their latency, live heap per agent, and how long restoring takes.",
            "Each size runs in a Java of its own with the heap that it needs."
        })
final class DecideCommand implements Callable<Integer> {

    private static final List<Integer> CURVE = List.of(1_000, 10_000, 100_000, 1_000_000);
    private static final List<String> COLUMNS = List.of(
            "decisions_per_s",
            "decisions_per_cpu_s",
            "p50_us",
            "p99_us",
            "by_text_decisions_per_s",
            "by_text_p99_us",
            "heap_bytes_per_agent",
            "restore_s",
            "max_heap_mib");
    private static final int HEAP_MIB = 384;
    private static final int HEAP_BYTES_PER_AGENT = 2_600;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--agents", description = "how many agents (default: ${DEFAULT-VALUE})", defaultValue = "100000")
    private int agents;

    @Option(
            names = "--skills",
            description = "how many different skills (default: ${DEFAULT-VALUE})",
            defaultValue = "1000")
    private int skills;

    @Option(names = "--tenants", description = "how many tenants (default: ${DEFAULT-VALUE})", defaultValue = "100")
    private int tenants;

    @Option(
            names = "--seconds",
            description = "how long decisions are made for each kind of question (default: ${DEFAULT-VALUE})",
            defaultValue = "10")
    private int seconds;

    @Option(
            names = "--curve",
            description = "also with 1,000 to 1,000,000 agents (takes some minutes, 3 GiB of memory and 2 GiB of disk)")
    private boolean curve;

    /** In a Java that was started for it. */
    @Option(names = "--here", hidden = true)
    private boolean here;

    @Mixin
    private BenchCommand.Output output = new BenchCommand.Output();

    @Override
    public Integer call() throws Exception {
        if (here) {
            return measure();
        }
        Map<Integer, Map<String, Double>> sizes = new LinkedHashMap<>();
        for (int size : curve ? CURVE : List.<Integer>of()) {
            if (size != agents) {
                sizes.put(size, elsewhere(size));
            }
        }
        Map<String, Double> asked = elsewhere(agents);
        sizes.put(agents, asked);
        output.progress().accept(table(sizes));
        Report report = new Report("decide");
        asked.forEach(report::figure);
        report.figure("skills", skills).figure("tenants", tenants);
        if (curve) {
            sizes.forEach((size, figures) -> COLUMNS.forEach(
                    column -> report.figure(column + "_at_" + size, figures.getOrDefault(column, Double.NaN))));
        }
        return output.print(report);
    }

    private int measure() throws Exception {
        try (Scratch scratch = Scratch.make()) {
            Report report = new Report("decide");
            new DecideRun(new Population(agents, skills, tenants), Duration.ofSeconds(seconds), output.progress())
                    .run(scratch.folder())
                    .forEach(report::figure);
            return output.print(report);
        }
    }

    private Map<String, Double> elsewhere(int size) throws IOException, InterruptedException {
        long heap = HEAP_MIB + (long) size * HEAP_BYTES_PER_AGENT / 1_048_576;
        output.progress().accept(size + " agents, in a Java of " + heap + " MiB of heap");
        List<String> words = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("-D") || flag.startsWith("--"))
                .filter(flag -> !flag.startsWith("-Xmx"))
                .forEach(words::add);
        words.addAll(List.of("-Xmx" + heap + "m", "-cp", System.getProperty("java.class.path"), Bench.class.getName()));
        words.addAll(List.of("decide", "--here", "-o", "json", "--agents", String.valueOf(size)));
        words.addAll(List.of("--skills", String.valueOf(skills), "--tenants", String.valueOf(tenants)));
        words.addAll(List.of("--seconds", String.valueOf(seconds)));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream out = process.getInputStream()) {
            JsonNode figures = JSON.readTree(out.readAllBytes()).path("figures");
            if (process.waitFor() != 0) {
                throw new BenchException("decide: the run with " + size + " agents failed, see above");
            }
            Map<String, Double> read = new LinkedHashMap<>();
            figures.properties()
                    .forEach(field -> read.put(field.getKey(), field.getValue().asDouble()));
            return read;
        } finally {
            process.destroy();
        }
    }

    private static String table(Map<Integer, Map<String, Double>> sizes) {
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, "%n%10s", "agents"));
        COLUMNS.forEach(column -> table.append(String.format(Locale.ROOT, "%25s", column)));
        sizes.forEach((size, figures) -> {
            table.append(String.format(Locale.ROOT, "%n%10d", size));
            COLUMNS.forEach(column ->
                    table.append(String.format(Locale.ROOT, "%25.1f", figures.getOrDefault(column, Double.NaN))));
        });
        return table.append(System.lineSeparator()).toString();
    }
}
