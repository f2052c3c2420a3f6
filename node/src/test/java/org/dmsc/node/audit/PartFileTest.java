package org.dmsc.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartFileTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("case 106: an export that was not finished leaves no file, a finished one is whole")
    void case_106_noPartialFile() throws Exception {
        Path file = folder.resolve("acme.csv");
        try (PartFile part = new PartFile(file);
                BufferedWriter out = part.writer()) {
            out.write("half");
            out.flush();
            assertThat(file).doesNotExist();
        }
        assertThat(folder).isEmptyDirectory();

        try (PartFile part = new PartFile(file);
                BufferedWriter out = part.writer()) {
            out.write("whole");
            out.flush();
            part.finish();
        }
        assertThat(Files.readString(file)).isEqualTo("whole");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }
}
