package org.dmsc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * {@link FloodClient} in a process of its own, so that the one that measures shares neither threads nor heap nor compilers with it. Takes
 * {@code <rate> <milliseconds>} on standard input, answers with what came of it, and ends with its input.
 */
final class FloodProcess implements AutoCloseable {

    /** Of what it says about its end. */
    private static final int MOST_LINES = 4;

    private final Process process;
    private final Path log;
    private final BufferedReader answers;
    private final Writer orders;

    private FloodProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Entry of the process: folder of credentials, URL of the gateway, name of the agent. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (FloodClient client = new FloodClient(
                        new Credentials(Path.of(args[0])), URI.create(args[1]), FabricTasks.Body.to(args[2]));
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                String[] words = order.split(" ", -1);
                System.out.println(client.run(Integer.parseInt(words[0]), Duration.ofMillis(Long.parseLong(words[1])))
                        .line());
            }
        }
    }

    static FloodProcess start(Credentials identity, String gatewayUrl, String agent, Path log) {
        return new FloodProcess(
                FabricProcess.launch(
                        FloodProcess.class.getName(),
                        ProcessBuilder.Redirect.PIPE,
                        ProcessBuilder.Redirect.appendTo(log.toFile()),
                        identity.folder().toString(),
                        gatewayUrl,
                        agent),
                log);
    }

    /** Begins to send so many a second for that long; completes with the last answer. */
    CompletableFuture<FloodClient.Count> begin(int rate, Duration howLong) {
        try {
            orders.write(rate + " " + howLong.toMillis() + "\n");
            orders.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("flood: its process is gone", e);
        }
        return CompletableFuture.supplyAsync(this::count, task -> new Thread(task, "flood").start());
    }

    private FloodClient.Count count() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new BenchException("flood: its process ended (expected a count of answers): " + said());
            }
            return FloodClient.Count.of(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String said() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join(" | ", lines.subList(0, Math.min(lines.size(), MOST_LINES)));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
