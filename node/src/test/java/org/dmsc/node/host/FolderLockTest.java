package org.dmsc.node.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderLockTest {

    @TempDir
    Path folder;

    @Test
    void isHeldOnceAndCanBeTakenAgainAfterwards() {
        try (FolderLock held = FolderLock.take(folder.resolve("new"), "data folder")) {
            assertThatThrownBy(() -> FolderLock.take(folder.resolve("new"), "data folder"))
                    .hasMessageContaining("data folder")
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
                    .hasMessageContaining("--data");
        }
        FolderLock.take(folder.resolve("new"), "data folder").close();
    }

    @Test
    void whoAwaitsItGetsItWhenItIsGivenFree() {
        FolderLock held = FolderLock.take(folder, "keys folder");

        CompletableFuture<Void> other = CompletableFuture.runAsync(() ->
                FolderLock.await(folder, "keys folder", Duration.ofSeconds(20)).close());
        held.close();

        assertThat(other).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aFileWhereTheFolderShouldBeIsAUsageFault() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThatThrownBy(() -> FolderLock.take(file, "data folder"))
                .isInstanceOfSatisfying(
                        NodeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }
}
