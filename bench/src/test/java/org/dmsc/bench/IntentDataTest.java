package org.dmsc.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntentDataTest {

    private static final String TWO = """
            [{"capability": "music", "description": "Plays songs."}, {"capability": "weather", "description": "Tells of rain."}]""";

    @TempDir
    private Path folder;

    @Test
    void readsQuotesCommasAndLineEnds() throws IOException {
        IntentData data =
                read(TWO, "\uFEFFintent,capability\r\n\"Say \"\"hi\"\",\nplease\",music\r\n\r\nrain?,weather");

        assertThat(data.history())
                .containsExactly(
                        new IntentData.Request("Say \"hi\",\nplease", "music"),
                        new IntentData.Request("rain?", "weather"));
    }

    @Test
    void saysWhatIsWrongWhere() {
        refuses(TWO, "intent;capability\n", "line 1 is not the header");
        refuses(TWO, "intent,capability\n", "no requests");
        refuses(TWO, "intent,capability\na,b,music\n", "line 2: 3 cells");
        refuses(TWO, "intent,capability\n\"a\nb\",music\nrain,snow\n", "line 4: 'snow' is not among");
        refuses(TWO, "intent,capability\n\"a,music\n", "line 2: a quote is never closed");
        refuses(TWO, "intent,capability\n\"a\"b,music\n", "line 2: text after a closing quote");
        refuses("{}", "", "not an array");
        refuses("[", "", "no JSON");
        refuses("[{\"capability\": \"a\"}]", "", "entry 1: needs");
        refuses(TWO.replace("weather", "music"), "", "'music' stands there twice");
        assertThatThrownBy(() -> IntentData.read(folder.resolve("no"), folder, folder))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void measuresAnyFilesOfThatShape() throws IOException {
        Report report =
                new IntentBench(read(TWO, "intent,capability\nplay a song,music\ntake an umbrella?,weather\n")).run();

        assertThat(report.json()).contains("\"top1_cold\":0.5", "\"top1_warm\":1.0", "\"top5_warm\":1.0", "decide_us");
    }

    private void refuses(String capabilities, String csv, String message) {
        assertThatThrownBy(() -> read(capabilities, csv))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining(message);
    }

    private IntentData read(String capabilities, String csv) throws IOException {
        Path json = Files.write(folder.resolve("c.json"), capabilities.getBytes(StandardCharsets.UTF_8));
        Path requests = Files.write(folder.resolve("r.csv"), csv.getBytes(StandardCharsets.UTF_8));
        return IntentData.read(json, requests, requests);
    }
}
