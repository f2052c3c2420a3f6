package org.dmsc.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dmsc.node.fabric.Fabric;
import org.dmsc.node.host.NodeException;
import org.dmsc.node.host.NodeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dmsc doctor}: looks at this machine and at the node of the data folder, and says what is wrong and what to do. */
@Command(
        name = "doctor",
        description = "Checks this machine and the node of the data folder.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

    private static final int OLDEST_JAVA = 17;
    private static final long LEAST_FREE = 1L << 30;
    private static final long LEAST_MEMORY = 900L << 20;
    private static final int CONNECT_MS = 2000;

    private enum Verdict {
        ok,
        note,
        wrong
    }

    private record Finding(Verdict verdict, String what, String detail) {}

    @Mixin
    private Target target = new Target();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(memory());
        findings.add(disk());
        Fabric.accelerationsOfThisMachine()
                .lines()
                .forEach(line ->
                        findings.add(new Finding(line.contains(" on (") ? Verdict.ok : Verdict.note, "speed", line)));
        node(findings);
        print(findings);
        return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.wrong) ? 1 : 0;
    }

    private static Finding java() {
        int feature = Runtime.version().feature();
        return feature >= OLDEST_JAVA
                ? new Finding(Verdict.ok, "java", Runtime.version().toString())
                : new Finding(
                        Verdict.wrong,
                        "java",
                        feature + " (expected 17 or newer: apt-get install openjdk-17-jdk-headless)");
    }

    private static Finding memory() {
        try {
            String line = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(l -> l.startsWith("MemAvailable:"))
                    .findFirst()
                    .orElse("0");
            long bytes = Long.parseLong(line.replaceAll("\\D", "")) << 10;
            return new Finding(
                    bytes >= LEAST_MEMORY ? Verdict.ok : Verdict.note,
                    "memory",
                    (bytes >> 20) + " MiB available"
                            + (bytes >= LEAST_MEMORY ? "" : " (expected 900 MiB for a whole fabric in one process)"));
        } catch (IOException | NumberFormatException e) {
            return new Finding(Verdict.note, "memory", "unknown: no /proc/meminfo");
        }
    }

    private Finding disk() {
        Path existing = target.data().toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            long free = Files.getFileStore(existing).getUsableSpace();
            boolean writable = Files.isWritable(existing);
            if (!writable) {
                return new Finding(
                        Verdict.wrong,
                        "data",
                        existing + " cannot be written (expected this user's folder; choose one with --data)");
            }
            return new Finding(
                    free >= LEAST_FREE ? Verdict.ok : Verdict.wrong,
                    "data",
                    target.data() + ", " + (free >> 20) + " MiB free"
                            + (free >= LEAST_FREE ? "" : " (expected 1 GiB at least)"));
        } catch (IOException e) {
            return new Finding(Verdict.wrong, "data", target.data() + ": " + e.getMessage());
        }
    }

    private void node(List<Finding> findings) {
        Optional<NodeFile> found = NodeFile.read(target.data());
        if (found.isEmpty()) {
            findings.add(new Finding(Verdict.note, "node", "none runs in " + target.data() + " (start one: dmsc up)"));
            return;
        }
        NodeFile node = found.get();
        boolean alive = ProcessHandle.of(node.pid()).isPresent();
        findings.add(
                alive
                        ? new Finding(
                                Verdict.ok,
                                "node",
                                node.node() + ", process " + node.pid() + ", roles " + String.join(",", node.roles()))
                        : new Finding(
                                Verdict.wrong,
                                "node",
                                "process " + node.pid()
                                        + " is gone without having stopped in order (start it again; its data is kept)"));
        listens(findings, "http", node.httpPort());
        listens(findings, "mqtt", node.mqttPort());
        if (alive && node.httpPort() > 0) {
            ready(findings);
        }
    }

    private static void listens(List<Finding> findings, String what, int port) {
        if (port == 0) {
            return;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("localhost", port), CONNECT_MS);
            findings.add(new Finding(Verdict.ok, what, "listens on port " + port));
        } catch (IOException e) {
            findings.add(new Finding(Verdict.wrong, what, "nobody listens on port " + port + ": " + e.getMessage()));
        }
    }

    private void ready(List<Finding> findings) {
        try {
            JsonNode status = target.asOperator().get("/v1/status");
            findings.add(new Finding(Verdict.ok, "status", status.toString()));
            status.path("weaknesses")
                    .forEach(weakness -> findings.add(new Finding(Verdict.note, "weaker", weakness.asText())));
        } catch (NodeException e) {
            findings.add(new Finding(Verdict.wrong, "status", String.valueOf(e.getMessage())));
        }
    }

    private void print(List<Finding> findings) {
        ObjectNode result = FabricClient.JSON.createObjectNode();
        ArrayNode list = result.putArray("findings");
        findings.forEach(finding -> list.addObject()
                .put("verdict", finding.verdict().name())
                .put("what", finding.what())
                .put("detail", finding.detail()));
        output.print(
                result,
                out -> out.table(
                        List.of("", "WHAT", "DETAIL"),
                        findings.stream()
                                .map(finding -> List.of(finding.verdict().name(), finding.what(), finding.detail()))
                                .toList(),
                        ""));
    }
}
