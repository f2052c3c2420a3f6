package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Another process: it is told lines, and what it prints is kept, in memory and in a log file, and can be waited for. */
final class ChildProcess {

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedWriter input;
    private final List<String> lines = new ArrayList<>();
    private boolean silent;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts it; what it prints on both streams goes to the log. */
    static ChildProcess start(String name, List<String> command, Path log) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            ChildProcess child = new ChildProcess(name, process, log);
            Thread reader = new Thread(child::read, "demo-" + name);
            reader.setDaemon(true);
            reader.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": " + command.get(0) + " cannot be started", e);
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    Path log() {
        return log;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** One line to its standard input. */
    void tell(String line) {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new DemoFailure(name + " to take '" + line + "'", ended(), log.toString());
        }
    }

    /** How many lines it has printed: a place to wait from. */
    synchronized int printed() {
        return lines.size();
    }

    /** The first JSON object since {@code from} that fits, or a failure when the process ends or the time is up. */
    JsonNode await(String expected, int from, Predicate<JsonNode> fits, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (this) {
            int next = from;
            while (true) {
                for (; next < lines.size(); next++) {
                    Optional<JsonNode> found = Json.object(lines.get(next)).filter(fits);
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
                long left = deadline - System.nanoTime();
                if (left <= 0 || silent) {
                    throw new DemoFailure(
                            expected,
                            silent ? ended() : "nothing within " + atMost.toSeconds() + " s" + last(from),
                            log.toString());
                }
                pause(left);
            }
        }
    }

    /** All JSON objects since {@code from} that fit. */
    synchronized List<JsonNode> seen(int from, Predicate<JsonNode> fits) {
        return lines.subList(from, lines.size()).stream()
                .flatMap(line -> Json.object(line).stream())
                .filter(fits)
                .toList();
    }

    /** Waits for more output, at most so long: for those who watch several processes. */
    synchronized void awaitOutput(Duration atMost) {
        if (!silent) {
            pause(atMost.toNanos());
        }
    }

    /** As {@code kill -9}; returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Asks it to end. */
    void terminate() {
        process.destroy();
    }

    /** Waits for its end, and kills it when that takes too long. */
    void end(Duration atMost) {
        try {
            if (process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process)
                .join();
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter file = Files.newBufferedWriter(log)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                file.write(line);
                file.newLine();
                file.flush();
                synchronized (this) {
                    lines.add(line);
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // The stream breaks when the process is killed: the same as its end.
        } finally {
            synchronized (this) {
                silent = true;
                notifyAll();
            }
        }
    }

    private void pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure(name + " to go on", "an interrupt", log.toString());
        }
    }

    private String ended() {
        try {
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "the end of process " + name
                + (process.isAlive() ? "'s output" : " with exit code " + process.exitValue()) + last(0);
    }

    private synchronized String last(int from) {
        return lines.size() > from ? ", last line: " + lines.get(lines.size() - 1) : "";
    }
}
