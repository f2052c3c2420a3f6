package org.dmsc.node.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VerdictReportTest {

    private static final Workspace WORKSPACE = new Workspace(Path.of("/tmp/demo"));
    private static final StepResult SEEN = new StepResult("One", StepResult.Outcome.OBSERVED, "this", "that", 1500);

    @Test
    void tellsThatAllWasSeen() throws Exception {
        VerdictReport report =
                new VerdictReport(new Demo.Verdict(List.of(SEEN), Optional.empty(), Optional.empty(), 2000), WORKSPACE);

        JsonNode json = Json.MAPPER.readTree(report.json().toString());

        assertThat(report.text()).last().asString().isEqualTo("Every step was observed, in 2.0 s.");
        assertThat(json.path("ok").asBoolean()).isTrue();
        assertThat(json.path("steps").path(0).path("millis").asLong()).isEqualTo(1500);
        assertThat(json.has("failure")).isFalse();
    }

    @Test
    void tellsWhatWasExpectedWhatCameAndWhereToLook() throws Exception {
        DemoFailure failure = new DemoFailure("an answer", "nothing", "/tmp/demo/logs/billing.log");
        VerdictReport report = new VerdictReport(
                new Demo.Verdict(List.of(SEEN), Optional.of(failure), Optional.empty(), 2000), WORKSPACE);

        JsonNode json = Json.MAPPER.readTree(report.json().toString());

        assertThat(String.join("\n", report.text()))
                .contains("FAILED after 2.0 s")
                .contains("an answer")
                .contains("nothing")
                .contains("/tmp/demo/logs/billing.log");
        assertThat(json.path("ok").asBoolean(true)).isFalse();
        assertThat(json.path("failure").path("expected").asText()).isEqualTo("an answer");
        assertThat(json.path("failure").path("folder").asText()).isEqualTo("/tmp/demo");
    }
}
