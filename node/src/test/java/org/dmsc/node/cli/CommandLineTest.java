package org.dmsc.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.dmsc.node.host.NodeFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line says and answers, without a fabric. */
final class CommandLineTest {

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "up --help",
                "tenant --help",
                "tenant create --help",
                "tenant list --help",
                "tenant show --help",
                "agent --help",
                "agent add --help",
                "agent list --help",
                "agent find --help",
                "agent show --help",
                "task --help",
                "task send --help",
                "task get --help",
                "task explain --help",
                "dead --help",
                "dead list --help",
                "dead show --help",
                "dead replay --help",
                "audit --help",
                "audit tail --help",
                "audit show --help",
                "audit verify --help",
                "audit export --help",
                "audit prove --help",
                "audit verify-proof --help",
                "audit verify-receipt --help",
                "audit query --help",
                "audit stats --help",
                "audit key --help",
                "doctor --help",
                "version --help",
                "--version"
            })
    void explainsItself(String words) {
        assertThat(run(words.split(" "))).isZero();
        assertThat(out.toString()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "tenant", "tenant create", "up --roles", "task send"})
    void aWrongCommandLineIsUsage(String words) {
        int code = words.isEmpty() ? run() : run(words.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).isNotBlank();
    }

    @Test
    void aWrongConfigurationIsUsageAndNamesEveryFault() {
        int code = run("up", "--data", folder.toString(), "--roles", "chef", "--http-port", "many");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("2 faults", "roles: 'chef'", "http.port: 'many'");
    }

    @Test
    void saysWhenNoNodeRuns() {
        int code = run("tenant", "list", "--data", folder.toString());

        assertThat(code).isEqualTo(3);
        assertThat(err.toString()).contains("no node is running in " + folder, "dmsc up");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "audit verify",
                "audit key --tenant acme",
                "audit export --tenant beta --out nowhere",
                "audit export --tenant beta --format csv --out nowhere",
                "audit prove 0 --tenant beta --out nowhere"
            })
    void whatReadsTheWholeLogFromKafkaIsNotForATenantsAdministrator(String words) {
        int code = run((words + " --as " + folder + " --data " + folder).split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--as", "--tiles");
    }

    @Test
    void aMalformedAgentNameIsRefused() {
        int code = run("agent", "add", "acme", "--data", folder.toString());

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("INVALID_AGENT_ID", "<tenant>/<agent>");
    }

    @Test
    void versionAsJson() {
        assertThat(run("version", "-o", "json")).isZero();
        assertThat(out.toString()).startsWith("{\"version\":").hasLineCount(1);
    }

    @Test
    void doctorSeesANodeThatDied() {
        new NodeFile("n", Long.MAX_VALUE, List.of("http"), "d", 0, "", 0, "", 0, "", false, "", "", "", "", 0, "1")
                .write(folder);

        assertThat(run("doctor", "--data", folder.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("is gone without having stopped in order");
    }

    @Test
    void doctorIsContentWithAMachineWhereNothingRuns() {
        assertThat(run("doctor", "--data", folder.resolve("none").toString(), "-o", "json"))
                .isZero();
        assertThat(out.toString()).contains("\"findings\"", "AES");
    }

    private int run(String... words) {
        CommandLine line =
                CommandLineFactory.make().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(words);
    }
}
