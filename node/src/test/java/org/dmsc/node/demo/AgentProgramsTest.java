package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples are read by people and started by the demo: they must compile as they are, and use nothing of ours. */
final class AgentProgramsTest {

    @TempDir
    private Path folder;

    @Test
    void compilesEveryExampleAndStartsIt() throws Exception {
        AgentPrograms programs = AgentPrograms.compile(folder);

        for (AgentPrograms.Program program : AgentPrograms.Program.values()) {
            List<String> command = programs.command(program, Map.of());
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).as("%s: %s", program, said).isEqualTo(2);
            assertThat(said).containsAnyOf("usage: ", "missing --");
        }
    }

    @Test
    void noExampleUsesTheFabricsCode() throws IOException {
        for (AgentPrograms.Program program : AgentPrograms.Program.values()) {
            assertThat(Files.readString(program.source(Path.of("..", "examples"))))
                    .doesNotContain("import org.dmsc");
        }
    }

    @Test
    void javaStartsASourceFileToo() throws Exception {
        Path source = AgentPrograms.Program.CUSTOMER_SUPPORT.source(Path.of("..", "examples"));
        Process process = new ProcessBuilder(Jvm.java(), source.toString())
                .redirectErrorStream(true)
                .start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(said).contains("usage: java CustomerSupport.java");
    }
}
