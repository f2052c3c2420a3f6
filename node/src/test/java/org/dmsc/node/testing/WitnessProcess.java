package org.dmsc.node.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The witness of the examples as somebody else runs it: a process of its own, on a port of its own. */
public final class WitnessProcess implements AutoCloseable {

    private final Process process;
    private final String vkey;
    private final String port;

    private WitnessProcess(Process process, String vkey, String port) {
        this.process = process;
        this.vkey = vkey;
        this.port = port;
    }

    /** Starts it, as {@code witness.test}; it keeps what it knows in the folder. */
    public static WitnessProcess start(Path folder, String logKey) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            Path.of("../examples/witness/Witness.java").toString(),
                            "witness.test",
                            "0",
                            folder.toString(),
                            logKey)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            return new WitnessProcess(process, out.readLine(), out.readLine().replaceAll("\\D+", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key with which it cosigns. */
    public String vkey() {
        return vkey;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            int unused = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
