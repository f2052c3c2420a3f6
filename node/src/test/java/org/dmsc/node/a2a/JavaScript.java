package org.dmsc.node.a2a;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Node.js and the A2A SDK of another vendor, where the machine has them: fetched into the build folder, never committed. */
final class JavaScript {

    private static final Path ROOT = root();

    private final Path folder;

    private JavaScript(Path folder) {
        this.folder = folder;
    }

    /** Why there is none, or an installation of what the example's package.json names. */
    static String install(Path target, List<JavaScript> found) {
        try {
            Files.createDirectories(target);
            for (String file : List.of("package.json", "agent.mjs", "caller.mjs", "differential.mjs", "mcp.mjs")) {
                Files.copy(
                        ROOT.resolve("examples/a2a-js").resolve(file),
                        target.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            if (!run(target, Optional.empty(), "node", "--version").matches("(?s)v(2\\d|[3-9]\\d)\\..*")) {
                return "Node.js 20 or newer is not installed";
            }
            if (!Files.exists(target.resolve("node_modules/@a2a-js/sdk/package.json"))
                    || !Files.exists(target.resolve("node_modules/@modelcontextprotocol/sdk/package.json"))) {
                run(target, Optional.empty(), "npm", "install", "--no-audit", "--no-fund", "--prefer-offline");
            }
            found.add(new JavaScript(target));
            return "";
        } catch (IOException | InterruptedException | AssertionError e) {
            return "no Node.js, or npm cannot fetch @a2a-js/sdk: " + e.getMessage();
        }
    }

    /** Runs a script to its end and gives what it printed. */
    String run(Path ca, String... words) throws IOException, InterruptedException {
        return run(folder, Optional.of(ca), words);
    }

    /** Starts a script; its first line comes with it. */
    Started start(Path ca, String... words) throws IOException {
        Process process = process(folder, Optional.of(ca), words).start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null) {
            throw new AssertionError(String.join(" ", words) + " ended without a word");
        }
        return new Started(process, line);
    }

    /** A script that runs. */
    record Started(Process process, String firstLine) implements AutoCloseable {
        @Override
        public void close() {
            process.destroy();
        }
    }

    private static String run(Path folder, Optional<Path> ca, String... words)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile("dmsc-js", ".log");
        try {
            Process process = process(folder, ca, words)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            process.destroyForcibly();
            String printed = Files.readString(out);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", words) + ": " + (ended ? "" : "took too long; ") + printed);
            }
            return printed;
        } finally {
            Files.delete(out);
        }
    }

    private static ProcessBuilder process(Path folder, Optional<Path> ca, String... words) {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(words))).directory(folder.toFile());
        ca.ifPresent(file -> builder.environment().put("NODE_EXTRA_CA_CERTS", file.toString()));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return builder;
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("examples")) ? here : here.getParent();
    }
}
