package org.dmsc.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dmsc.node.host.NodeFile;

/** A fabric of its own, as a process started the way a user starts it, in a folder that is removed at the end. */
final class FabricProcess implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    private final Path data;
    private final Path log;
    private final Process process;
    private final long readyMillis;
    private boolean joined;

    private FabricProcess(Path data, Path log, Process process, long readyMillis) {
        this.data = data;
        this.log = log;
        this.process = process;
        this.readyMillis = readyMillis;
    }

    /** Starts {@code dmsc up} on free ports in the folder and waits until it says that it is ready. */
    static FabricProcess start(Path folder) throws InterruptedException {
        return start(folder.resolve("data"), folder.resolve("fabric.log"), List.of("--mqtt-port", "0"));
    }

    /** The same with these roles only, comma-separated. */
    static FabricProcess start(Path folder, String roles) throws InterruptedException {
        return start(folder.resolve("data"), folder.resolve("fabric.log"), List.of("--roles", roles));
    }

    /** The same with these options more. */
    static FabricProcess start(Path folder, List<String> options) throws InterruptedException {
        List<String> more = new ArrayList<>(List.of("--mqtt-port", "0"));
        more.addAll(options);
        return start(folder.resolve("data"), folder.resolve("fabric.log"), more);
    }

    /** One more gateway of this fabric, in a process of its own; HTTP only. */
    FabricProcess join(String node) throws InterruptedException {
        return join(node, "http");
    }

    /** One more process of this fabric. */
    FabricProcess join(String node, String roles) throws InterruptedException {
        FabricProcess more = start(
                data.resolveSibling(node),
                log.resolveSibling(node + ".log"),
                List.of(
                        "--node",
                        node,
                        "--roles",
                        roles,
                        "--kafka",
                        bootstrap(),
                        "--keys",
                        described().path("keys").asText()));
        more.joined = true;
        return more;
    }

    private static FabricProcess start(Path data, Path log, List<String> more) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of("up", "--data", data.toString(), "--http-port", "0"));
        words.addAll(more);
        long begun = System.nanoTime();
        Process process = launch(log, words.toArray(String[]::new));
        while (!Files.exists(data.resolve("node.json"))) {
            boolean late = System.nanoTime() - begun > LONGEST_START.toNanos();
            if (late || !process.isAlive()) {
                process.destroyForcibly();
                throw new BenchException(
                        "fabric: not ready after " + (System.nanoTime() - begun) / 1_000_000 + " ms, its log: " + log);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return new FabricProcess(data, log, process, (System.nanoTime() - begun) / 1_000_000);
    }

    /** From the start of the process until it was ready, in milliseconds. */
    long readyMillis() {
        return readyMillis;
    }

    long pid() {
        return process.pid();
    }

    /** What it has in memory now, in MiB, as the kernel counts it. */
    double residentMib() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
            throw new BenchException("resident memory: no VmRSS in /proc (expected Linux)");
        } catch (IOException e) {
            throw new BenchException("resident memory: /proc cannot be read (expected Linux)", e);
        }
    }

    String httpUrl() {
        return "https://localhost:" + described().path("httpPort").asInt();
    }

    int mqttPort() {
        return described().path("mqttPort").asInt();
    }

    int httpPort() {
        return described().path("httpPort").asInt();
    }

    /** The operator's certificate and key. */
    Credentials operator() {
        return new Credentials(Path.of(described().path("operator").asText()));
    }

    private String bootstrap() {
        return described().path("bootstrap").asText();
    }

    /** Settings of the operator's Kafka clients. */
    Map<String, Object> kafkaClient() {
        return node().kafkaClient();
    }

    /** What it says about itself. */
    NodeFile node() {
        return NodeFile.read(data).orElseThrow(() -> new BenchException("fabric: no node.json in " + data));
    }

    /** Runs a client command against this fabric, as a user would. */
    void command(String... words) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", data.toString()));
        Process done = launch(log, all.toArray(String[]::new));
        if (!done.waitFor(60, TimeUnit.SECONDS) || done.exitValue() != 0) {
            throw new BenchException("dmsc " + String.join(" ", words) + ": failed, see " + log);
        }
    }

    /** The same by the launcher, all of it, as it is typed: how long it took. */
    Duration launcher(String... words) throws InterruptedException {
        List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("dmsc.home", "."), "dmsc").toString());
        all.addAll(List.of(words));
        all.addAll(List.of("--data", data.toString()));
        try {
            long begun = System.nanoTime();
            Process done = new ProcessBuilder(all)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            if (!done.waitFor(60, TimeUnit.SECONDS) || done.exitValue() != 0) {
                throw new BenchException("dmsc " + String.join(" ", words) + ": failed, see " + log);
            }
            return Duration.ofNanos(System.nanoTime() - begun);
        } catch (IOException e) {
            throw new BenchException("dmsc: cannot be run (expected the launcher in the project's folder)", e);
        }
    }

    /** An agent of a tenant, with its credentials in a folder. */
    Credentials agent(String tenant, String agent) throws InterruptedException {
        Path folder = data.resolveSibling(tenant + "-" + agent);
        command("agent", "add", tenant + "/" + agent, "--out", folder.toString());
        return new Credentials(folder);
    }

    /** Stops it where it is (SIGSTOP); {@link #resume} lets it go on. */
    void freeze() {
        signal("-STOP");
    }

    /** Lets it go on. */
    void resume() {
        signal("-CONT");
    }

    private void signal(String which) {
        try {
            int code = new ProcessBuilder("kill", which, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new BenchException("kill " + which + " " + process.pid() + ": exit code " + code);
            }
        } catch (IOException e) {
            throw new BenchException("kill " + which + ": cannot be run (expected a Unix)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One that joined leaves its groups and transactions behind in order; with the fabric itself everything is gone, and nobody waits for that. */
    @Override
    public void close() {
        if (!joined) {
            process.destroyForcibly();
        }
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private JsonNode described() {
        try {
            return JSON.readTree(data.resolve("node.json").toFile());
        } catch (IOException e) {
            throw new BenchException("fabric: node.json cannot be read in " + data, e);
        }
    }

    private static Process launch(Path log, String... words) {
        return launch("org.dmsc.node.Main", log, words);
    }

    /** Another Java program of ours, with the same virtual machine settings. */
    static Process launch(String main, Path log, String... words) {
        ProcessBuilder.Redirect both = ProcessBuilder.Redirect.appendTo(log.toFile());
        return launch(main, both, both, words);
    }

    /** The same with its outputs apart; its input is a pipe. */
    static Process launch(
            String main, ProcessBuilder.Redirect output, ProcessBuilder.Redirect errors, String... words) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        // The same virtual machine settings as the launcher gives to this process.
        java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("-D") || flag.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(words));
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(output)
                    .redirectError(errors)
                    .start();
        } catch (IOException e) {
            throw new BenchException(String.format(Locale.ROOT, "fabric: %s cannot be started", command.get(0)), e);
        }
    }
}
