package org.dmsc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** {@link AtOnceBroker}, started and stopped. */
final class AtOnceProcess implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofMinutes(1);

    private final Process process;
    private final Path folder;

    private AtOnceProcess(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    static AtOnceProcess start(Path folder, Path trusted) throws InterruptedException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path log = folder.resolve("broker.log");
        Process process =
                FabricProcess.launch(AtOnceBroker.class.getName(), log, folder.toString(), trusted.toString());
        long begun = System.nanoTime();
        while (!Files.exists(folder.resolve("port"))) {
            if (System.nanoTime() - begun > LONGEST_START.toNanos() || !process.isAlive()) {
                process.destroyForcibly();
                throw new BenchException("the broker to compare with did not start, its log: " + log);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return new AtOnceProcess(process, folder);
    }

    int port() {
        return Integer.parseInt(read("port"));
    }

    /** PEM of the authority that its certificate is from. */
    String root() {
        return read("ca.pem");
    }

    private String read(String file) {
        try {
            return Files.readString(folder.resolve(file)).strip() + "\n".repeat(file.endsWith(".pem") ? 1 : 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
