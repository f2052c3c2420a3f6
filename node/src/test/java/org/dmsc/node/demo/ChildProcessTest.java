package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildProcessTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final Launcher launcher = new Launcher();

    @AfterEach
    void end() {
        launcher.endAll();
    }

    @Test
    void answersWhatItIsToldAndKeepsALog() throws Exception {
        ChildProcess child = shell("while read line; do echo not json; echo \"{\\\"said\\\":\\\"$line\\\"}\"; done");
        child.tell("first");
        child.await("first", 0, said("first"), LONG);
        int from = child.printed();

        child.tell("second");
        JsonNode answer = child.await("second", from, line -> true, LONG);

        assertThat(answer.path("said").asText()).isEqualTo("second");
        assertThat(child.seen(0, line -> true)).hasSize(2);
        assertThat(Files.readString(child.log())).contains("not json").contains("second");
    }

    @Test
    void saysWhatWasExpectedWhenNothingComes() {
        ChildProcess child = shell("echo '{\"said\":\"something\"}'; cat");
        child.await("something", 0, said("something"), LONG);

        assertThatThrownBy(() -> child.await("the other thing", 0, said("other"), Duration.ofMillis(50)))
                .isInstanceOf(DemoFailure.class)
                .hasMessageContaining("the other thing")
                .hasMessageContaining("something")
                .hasMessageContaining(child.log().toString());
    }

    @Test
    void doesNotWaitForAProcessThatHasEnded() {
        ChildProcess child = shell("echo wrong credentials; exit 7");

        assertThatThrownBy(() -> child.await("an answer", 0, line -> true, Duration.ofMinutes(5)))
                .isInstanceOf(DemoFailure.class)
                .hasMessageContaining("exit code 7")
                .hasMessageContaining("wrong credentials");
    }

    @Test
    void isGoneAfterAKill() {
        ChildProcess child = shell("trap '' TERM; echo '{}'; while :; do read x || sleep 1; done");
        child.await("its start", 0, line -> true, LONG);

        child.kill();

        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void theLauncherEndsAllAndStartsNoMore() {
        ChildProcess one = shell("cat");
        ChildProcess two = shell("cat");

        launcher.endAll();

        assertThat(one.isAlive() || two.isAlive()).isFalse();
        assertThatThrownBy(() -> shell("cat"))
                .isInstanceOf(DemoFailure.class)
                .hasMessageContaining("the end of the demo");
    }

    private ChildProcess shell(String script) {
        return launcher.start("child", List.of("sh", "-c", script), folder.resolve("child.log"));
    }

    private static java.util.function.Predicate<JsonNode> said(String text) {
        return line -> line.path("said").asText().equals(text);
    }
}
