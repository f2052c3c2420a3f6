package org.dmsc.node.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Whoever runs the fabric: types {@code dmsc} commands, here in this process, and reads what they print. */
final class Operator {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final long LOOK_EVERY_MS = 100;

    private final Supplier<CommandLine> dmsc;
    private final Workspace workspace;

    Operator(Supplier<CommandLine> dmsc, Workspace workspace) {
        this.dmsc = dmsc;
        this.workspace = workspace;
    }

    void createTenant(String tenant, String displayName) {
        run("tenant", "create", tenant, "--name", displayName);
    }

    /** Credentials for an agent, in a folder that is named like it. */
    Path addAgent(String tenant, String agent) {
        Path folder = workspace.credentials(tenant, agent);
        run("agent", "add", tenant + "/" + agent, "--out", folder.toString());
        return folder;
    }

    /** All agents of a tenant, as the fabric sees them. */
    List<JsonNode> agents(String tenant) {
        return Json.elements(run("agent", "list", tenant).path("agents")).toList();
    }

    /** What the audit log has on one task. */
    List<JsonNode> auditOfTask(String tenant, String task) {
        return records(run("audit", "show", task, "--tenant", tenant));
    }

    /** The whole audit log of a tenant. */
    List<JsonNode> auditOfTenant(String tenant) {
        return records(run("audit", "tail", "--tenant", tenant, "--limit", "200"));
    }

    /** The audit log is written in batches: asks until what is expected is there. */
    List<JsonNode> await(String expected, Supplier<List<JsonNode>> question, Predicate<List<JsonNode>> fits) {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        List<JsonNode> answer = question.get();
        while (!fits.test(answer)) {
            if (System.nanoTime() > deadline) {
                throw new DemoFailure(
                        expected, "within " + LONGEST_WAIT.toSeconds() + " s only " + answer, fabricLog());
            }
            rest();
            answer = question.get();
        }
        return answer;
    }

    private JsonNode run(String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        command.addAll(List.of("--data", workspace.data().toString(), "-o", "json"));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = dmsc.get()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(command.toArray(String[]::new));
        String typed = "dmsc " + String.join(" ", words);
        if (code != 0) {
            throw new DemoFailure(
                    "'" + typed + "' to succeed",
                    "exit code " + code + ": " + err.toString().strip(),
                    fabricLog());
        }
        try {
            return Json.MAPPER.readTree(out.toString());
        } catch (JsonProcessingException e) {
            throw new DemoFailure("JSON from '" + typed + "'", out.toString(), fabricLog());
        }
    }

    private static List<JsonNode> records(JsonNode answer) {
        return Json.elements(answer.path("records")).toList();
    }

    private String fabricLog() {
        return workspace.log("fabric").toString();
    }

    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoFailure("to wait for the audit log", "an interrupt", "-");
        }
    }
}
