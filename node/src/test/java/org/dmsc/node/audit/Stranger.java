package org.dmsc.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.dmsc.node.cli.CommandLineFactory;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;

/** Somebody who has the command line and the docs, and looks whether the audit log of a running fabric holds what they say. */
public final class Stranger {

    private static final String EXTENSION = "urn:dmsc:ext:delegation:1";
    private static final String TENANT = "travel";

    private final Path data;
    private final Path folder;

    /**
     * Works here.
     *
     * @param data of a node with all roles
     * @param folder of its own, empty
     */
    public Stranger(Path data, Path folder) {
        this.data = data;
        this.folder = folder;
    }

    /** What a command prints; it must succeed. */
    public String run(String... words) {
        Ran ran = ran(words);
        assertThat(ran.code()).as("%s: %s", Arrays.toString(words), ran.said()).isZero();
        return ran.said().strip();
    }

    private record Ran(int code, String said) {}

    private Ran ran(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(Arrays.asList(words));
        if (!all.contains("verify-proof")) {
            all.addAll(List.of("--data", data.toString()));
        }
        int code = CommandLineFactory.make()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
        return new Ran(code, code == 0 ? out.toString() : out + "" + err);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    /** A task of two hops, its story, its receipt, and proofs of both, on the topic and offline, under a witness. */
    public void looksAtATaskOfTwoHops(NodeProcess node, String rootKey, String witnessKey) {
        String task = delegates(node);
        tellsTheStory(task);
        verifies(task, rootKey, witnessKey);
        anAdministratorSeesItsOwnTenant(task);
        theLogOutlivesTheTenant(task);
    }

    private Credentials agent(String name) {
        run("agent", "add", TENANT + "/" + name, "--out", at(name));
        try {
            return Credentials.of(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The planner gives a part of its task to the echo, with the token that came with it. */
    private String delegates(NodeProcess node) {
        run("tenant", "create", TENANT);
        agent("alice");
        Credentials planner = agent("planner");
        Credentials echo = agent("echo");
        HttpAgent[] self = new HttpAgent[1];
        try (HttpAgent second = HttpAgent.start(echo, text -> "echo " + text);
                HttpAgent first = HttpAgent.start(planner, text -> part(node.as(planner), self[0], text))) {
            self[0] = first;
            require(node.as(echo).post("/v1/agents/echo", second.card("Echo", "echo", "Says it again", "echo")));
            require(node.as(planner).post("/v1/agents/planner", first.card("Planner", "plan", "Plans", "plan")));
            String said = run(
                    "task",
                    "send",
                    "to the sea",
                    "--to",
                    "planner",
                    "--as",
                    at("alice"),
                    "--receipt",
                    at("receipt"),
                    "-o",
                    "json");
            JsonNode answer = json(said).path("task");
            assertThat(said).contains("echo to the sea");
            return answer.path("id").asText();
        }
    }

    private static void require(org.dmsc.node.testing.Answer answer) {
        assertThat(answer.status()).as("%s", answer).isBetween(200, 299);
    }

    private static String part(Participant planner, HttpAgent self, String text) {
        JsonNode came = self.received().get(self.received().size() - 1);
        var ask = Participant.ask("echo", text);
        ((com.fasterxml.jackson.databind.node.ObjectNode) ask.at("/message/metadata/" + EXTENSION))
                .put(
                        "token",
                        came.at("/params/message/metadata/" + EXTENSION + "/token")
                                .asText());
        return planner.post("/message:send", ask).text();
    }

    private void tellsTheStory(String task) {
        TestFabric.await(
                "both outcomes are on the log",
                () -> kinds(story(task)).stream().filter("OUTCOME"::equals).count() == 2);
        JsonNode records = story(task);
        List<String> tasks =
                records.findValuesAsText("taskId").stream().distinct().toList();
        assertThat(tasks).hasSize(2).contains(task);
        assertThat(records.findValuesAsText("rootTaskId")).containsOnly(task);
        assertThat(kinds(records))
                .startsWith("TASK_ACCEPTED", "DECISION", "TASK_ACCEPTED", "DECISION")
                .endsWith("OUTCOME");
        // Whoever knows the part alone finds the whole.
        String part = tasks.get(0).equals(task) ? tasks.get(1) : tasks.get(0);
        assertThat(kinds(story(part))).isEqualTo(kinds(records));
        assertThat(run("audit", "show", task)).contains("AFTER", "agent/alice", "agent/planner", "agent/echo");
    }

    private JsonNode story(String task) {
        return json(run("audit", "show", task, "-o", "json")).path("records");
    }

    private static List<String> kinds(JsonNode records) {
        return StreamSupport.stream(records.spliterator(), false)
                .map(record -> record.at("/event/kind").asText())
                .toList();
    }

    private void verifies(String task, String rootKey, String witnessKey) {
        assertThat(run("audit", "verify"))
                .contains(TENANT + ": whole", "root: whole")
                .doesNotContain("TAMPERED");
        assertThat(run("audit", "verify-receipt", at("receipt"))).contains(task, "kept, index");
        String key = run("audit", "key", "--tenant", TENANT);
        signedAndExported(task, key);
        TestFabric.await("the operator log has that checkpoint, cosigned", () -> {
            String root = at("root-" + System.nanoTime());
            run("audit", "export", "--tenant", "root", "--out", root);
            Ran ran =
                    ran("audit", "verify", "--tiles", at("tiles"), "--operator", root, "--key", key, "--key", rootKey);
            return ran.code() == 0 && read(Path.of(root, "checkpoint")).contains("\u2014 " + name(witnessKey) + " ");
        });
        int index = story(task).get(0).path("index").asInt();
        run("audit", "prove", Integer.toString(index), "--tenant", TENANT, "--out", at("accepted"));
        run("audit", "verify-proof", at("accepted.tlog-proof"), "--leaf", at("accepted.leaf"), "--key", key);
        assertThat(read(folder.resolve("accepted.leaf"))).contains(task);
    }

    /** Once a checkpoint speaks of the whole task; then the receipt is looked for in the export, too. */
    private void signedAndExported(String task, String key) {
        long last = StreamSupport.stream(story(task).spliterator(), false)
                .mapToLong(record -> record.path("index").asLong())
                .max()
                .orElseThrow();
        TestFabric.await(
                "the task is signed",
                () -> json(run("audit", "verify", "--tenant", TENANT, "-o", "json"))
                                .path("signed")
                                .asLong()
                        > last);
        run("audit", "export", "--tenant", TENANT, "--out", at("tiles"));
        String gateway = run("audit", "key", "--receipts");
        assertThat(run("audit", "verify-receipt", at("receipt"), "--tiles", at("tiles"), "--key", gateway))
                .contains("kept, index");
        assertThat(ran("audit", "verify-receipt", at("receipt"), "--key", key).code())
                .as("the log's key signs no receipts")
                .isEqualTo(1);
    }

    private static String name(String vkey) {
        return vkey.substring(0, vkey.indexOf('+'));
    }

    private void anAdministratorSeesItsOwnTenant(String task) {
        agent("boss");
        Path document = folder.resolve("travel.yaml");
        try {
            Files.writeString(document, "tenant: " + TENANT + "\nadministrators: [boss]\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("apply", "-f", document.toString());
        TestFabric.await(
                "the boss may", () -> ran("audit", "stats", "--as", at("boss")).code() == 0);
        for (String command : List.of("query", "tail")) {
            String seen = run("audit", command, "--as", at("boss"), "-n", "200", "-o", "json");
            assertThat(json(seen).path("records").findValuesAsText("tenant"))
                    .as(command)
                    .contains(TENANT)
                    .containsOnly(TENANT);
            assertThat(ran("audit", command, "--as", at("boss"), "--tenant", "acme")
                            .code())
                    .as(command)
                    .isEqualTo(1);
        }
        assertThat(kinds(json(run("audit", "show", task, "--as", at("boss"), "-o", "json"))
                        .path("records")))
                .contains("OUTCOME");
        assertThat(ran("audit", "show", task, "--as", at("boss"), "--tenant", "acme")
                        .code())
                .isEqualTo(1);
        assertThat(ran("audit", "stats", "--as", at("boss"), "--tenant", "acme").code())
                .isEqualTo(1);
        assertThat(ran("audit", "query", "--as", at("alice")).code())
                .as("alice is no administrator")
                .isEqualTo(1);
    }

    /** Its keys are gone and its topics with them; what was recorded is still there, and proves what it proved. */
    private void theLogOutlivesTheTenant(String task) {
        List<String> before = kinds(story(task));
        run("tenant", "offboard", TENANT, "--yes");
        assertThat(run("audit", "verify")).contains(TENANT + ": whole").doesNotContain("TAMPERED");
        assertThat(run("audit", "verify-receipt", at("receipt"))).contains("kept, index");
        assertThat(kinds(story(task))).isEqualTo(before);
        run("audit", "export", "--tenant", TENANT, "--format", "csv", "--out", at("gone.csv"));
        assertThat(read(folder.resolve("gone.csv"))).contains(task).doesNotContain("to the sea");
    }

    private static JsonNode json(String text) {
        try {
            return Participant.JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
