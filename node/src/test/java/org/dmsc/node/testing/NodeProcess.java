package org.dmsc.node.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.node.host.NodeFile;

/** A node in a JVM of its own, started as a user starts it; what it logs goes to a file in its data folder's parent. */
public final class NodeProcess implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    /** What the launcher runs, when it was built; folders of classes, otherwise, of which a JVM makes no archive. */
    private static final String CLASS_PATH = Optional.ofNullable(System.getProperty("dmsc.lib"))
            .filter(lib -> Files.isDirectory(Path.of(lib)))
            .map(lib -> lib + "/*")
            .orElseGet(() -> System.getProperty("java.class.path"));

    private static final AtomicReference<List<String>> sharing = new AtomicReference<>(List.of());

    private final Path data;
    private final Process process;

    private NodeProcess(Path data, Process process) {
        this.data = data;
        this.process = process;
    }

    /** {@code dmsc up --data <data> …}; returns when it is ready. */
    public static NodeProcess up(Path data, String... options) {
        NodeProcess node = begin(data, options);
        node.awaitReady();
        return node;
    }

    /** The same without waiting. */
    public static NodeProcess begin(Path data, String... options) {
        List<String> words = new ArrayList<>(List.of("up", "--data", data.toString()));
        words.addAll(List.of(options));
        return new NodeProcess(data, run(log(data), words));
    }

    /** Runs any command to its end and gives its exit code. */
    public static int exitCodeOf(Path log, String... words) {
        try {
            Process process = run(log, List.of(words));
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", words) + " did not end, see " + log);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts and stops one node for the classes that it loads: those after it start from an archive, as they do with the launcher. Worth it for
     * tests that start many, or that measure a start.
     */
    public static void rehearse(Path folder) {
        Path made = folder.resolve("classes.jsa");
        sharing.set(List.of("-XX:ArchiveClassesAtExit=" + made));
        try (NodeProcess first = up(folder.resolve("rehearsal"), "--http-port", "0", "--mqtt-port", "0")) {
            first.description();
        }
        sharing.set(List.of("-XX:SharedArchiveFile=" + made, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    }

    private static Process run(Path log, List<String> words) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=dmsc-logback.xml"));
        command.addAll(sharing.get());
        command.addAll(List.of("-cp", CLASS_PATH, "org.dmsc.node.Main"));
        command.addAll(words);
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path log(Path data) {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    public void awaitReady() {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (description(data) == null) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new AssertionError("node did not become ready: " + read(log(data)));
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    /** Not null once this process, and no earlier one, is ready. */
    private NodeFile description(Path folder) {
        return NodeFile.read(folder).filter(file -> file.pid() == process.pid()).orElse(null);
    }

    private static String read(Path log) {
        try {
            return java.nio.file.Files.readString(log);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    public NodeFile description() {
        return NodeFile.read(data).orElseThrow();
    }

    public Credentials operator() {
        try {
            return Credentials.of(Path.of(description().operator()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Participant as(Credentials credentials) {
        return new Participant(description().httpUrl(), credentials.tls());
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    /** {@code kill -STOP}: it stands still, and knows nothing of it. */
    public void freeze() {
        signal("-STOP");
    }

    /** {@code kill -CONT}. */
    public void thaw() {
        signal("-CONT");
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill " + name + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM, without waiting. */
    public void terminate() {
        process.destroy();
    }

    /** SIGTERM, and waits for its end. */
    @Override
    public void close() {
        process.destroy();
        await();
    }

    private void await() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
