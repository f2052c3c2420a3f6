package org.dmsc.node.demo;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The single-file agents of {@code examples/}. {@code java File.java} works too, but compiles at each start: here all are compiled once,
 * while the fabric starts.
 */
final class AgentPrograms {

    private static final String JARS = "org.eclipse.paho";

    private final Path examples;
    private final Path classes;
    private final String devices;

    private AgentPrograms(Path examples, Path classes, String devices) {
        this.examples = examples;
        this.classes = classes;
        this.devices = devices;
    }

    /** One agent's source. */
    enum Program {
        CUSTOMER_SUPPORT("CustomerSupport", "support"),
        SPECIALIST("Specialist", "specialist"),
        INVENTORY_DEVICE("InventoryDevice", "inventory"),
        SENSOR("Sensor", "sensor");

        private final String mainClass;
        private final String folder;

        Program(String mainClass, String folder) {
            this.mainClass = mainClass;
            this.folder = folder;
        }

        /** Whether it speaks MQTT. */
        boolean isDevice() {
            return this == INVENTORY_DEVICE || this == SENSOR;
        }

        Path source(Path examples) {
            return examples.resolve(folder).resolve(mainClass + ".java");
        }
    }

    /** Finds the sources and the stock MQTT clients, and compiles. */
    static AgentPrograms compile(Path into) {
        Path examples = findExamples();
        AgentPrograms programs = new AgentPrograms(examples, into, mqttClients(examples));
        programs.compileAll();
        return programs;
    }

    /** How to start one. */
    List<String> command(Program program, Map<String, String> options) {
        List<String> command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(Jvm.FRUGAL);
        command.addAll(List.of("-cp", classes + File.pathSeparator + devices, program.mainClass));
        options.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
        return command;
    }

    private void compileAll() {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new DemoFailure(
                    "a JDK, whose compiler the agents in " + examples + " need", "a JRE: " + Jvm.java(), "-");
        }
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources = Stream.of(Program.values())
                    .map(program -> program.source(examples))
                    .toList();
            List<String> options =
                    List.of("-d", classes.toString(), "-cp", devices, "-proc:none", "-encoding", "UTF-8");
            boolean done = compiler.getTask(
                            said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            if (!done) {
                throw new DemoFailure("the agents in " + examples + " to compile", said.toString(), "-");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path findExamples() {
        List<Path> tried = new ArrayList<>();
        Optional.ofNullable(System.getProperty("dmsc.home")).map(Path::of).ifPresent(tried::add);
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            tried.add(at);
        }
        return tried.stream()
                .map(home -> home.resolve("examples"))
                .filter(examples -> Files.exists(Program.SPECIALIST.source(examples)))
                .findFirst()
                .orElseThrow(() -> new DemoFailure(
                        "the folder examples/ of the source tree (start with ./dmsc demo)", "none in " + tried, "-"));
    }

    /** What the build put beside the examples; else what is on our own class path. */
    private static String mqttClients(Path examples) {
        Path built = examples.resolve("target").resolve("lib");
        String own = System.getProperty("java.class.path", "");
        try (Stream<Path> jars = Files.isDirectory(built) ? Files.list(built) : Stream.empty()) {
            String found = Stream.concat(jars.map(Path::toString), Stream.of(own.split(File.pathSeparator, -1)))
                    .filter(jar -> jar.contains(JARS))
                    .collect(Collectors.joining(File.pathSeparator));
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new DemoFailure("the stock MQTT clients in " + built + " (./dmsc builds them)", "none", "-");
    }
}
