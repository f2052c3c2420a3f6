package org.dmsc.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.dmsc.node.audit.Stranger;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.WitnessProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fabric in a JVM of its own is stopped, and killed: what it acknowledged is there afterwards, and its audit log is what the docs say. */
@Timeout(360)
final class RestartIT {

    @TempDir
    Path folder;

    @Test
    void keepsTenantsAgentsTasksAndAuditOverAStopAndAKill() {
        String[] options = {"--http-port", "0", "--mqtt-port", "0"};
        Path data = folder.resolve("data");
        NodeProcess first = NodeProcess.up(data, options);
        Participant operator = first.as(first.operator());
        operator.post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
        Credentials alice = issue(operator, "alice");
        Credentials echo = issue(operator, "echo");
        try (HttpAgent agent = HttpAgent.start(echo, text -> "echo " + text)) {
            first.as(echo).post("/v1/agents/echo", agent.card("Echo", "echo", "Says the same again", "echo"));
            String one = done(first.as(alice).post("/message:send", Participant.ask("echo", "one")));
            Stranger stranger = new Stranger(data, folder);
            String rootKey = stranger.run("audit", "key", "--tenant", "root");
            first.close();

            NodeProcess second = NodeProcess.up(data, options);
            assertThat(second.as(alice).get("/tasks/" + one).text()).isEqualTo("echo one");
            String two = done(second.as(alice).post("/message:send", Participant.ask("echo", "two")));
            second.kill();

            try (WitnessProcess witness = WitnessProcess.start(folder.resolve("witness"), rootKey);
                    NodeProcess third = NodeProcess.up(data, watched(witness, options))) {
                assertThat(third.as(alice).get("/tasks/" + one).text()).isEqualTo("echo one");
                assertThat(third.as(alice).get("/tasks/" + two).text()).isEqualTo("echo two");
                done(third.as(alice).post("/message:send", Participant.ask("echo", "three")));
                assertThat(agent.received()).hasSize(3);
                int index = 0;
                for (var record : third.as(third.operator())
                        .get("/v1/audit?tenant=acme&limit=200")
                        .body()
                        .path("records")) {
                    assertThat(record.path("index").asInt()).isEqualTo(index++);
                }
                assertThat(index).isPositive();
                stranger.looksAtATaskOfTwoHops(third, rootKey, witness.vkey());
                refusesWhatIsInUse(third, data);
            }
        }
    }

    private String[] watched(WitnessProcess witness, String... options) {
        try {
            Path config = Files.writeString(
                    folder.resolve("dmsc.yaml"),
                    "audit:\n  witnesses:\n    campus:\n      url: " + witness.url() + "\n      key: " + witness.vkey()
                            + "\n");
            return Stream.concat(Stream.of(options), Stream.of("--config", config.toString()))
                    .toArray(String[]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder or a port that another node uses is refused with an exit code, and disturbs that node in nothing. */
    private void refusesWhatIsInUse(NodeProcess running, Path data) {
        int sameFolder = NodeProcess.exitCodeOf(folder.resolve("a.log"), "up", "--data", data.toString());
        int samePort = NodeProcess.exitCodeOf(
                folder.resolve("b.log"),
                "up",
                "--data",
                folder.resolve("other").toString(),
                "--mqtt-port",
                "0",
                "--http-port",
                Integer.toString(running.description().httpPort()));

        assertThat(sameFolder).isEqualTo(4);
        assertThat(samePort).isEqualTo(4);
        assertThat(running.as(running.operator()).get("/ready").status()).isEqualTo(200);
    }

    private static Credentials issue(Participant operator, String agent) {
        return Credentials.of(operator.post("/v1/config/tenants/acme/agents/" + agent + "/credentials", "{}")
                .body());
    }

    private static String done(Answer answer) {
        assertThat(answer.state()).as("%s", answer).isEqualTo("COMPLETED");
        return answer.task().path("id").asText();
    }
}
