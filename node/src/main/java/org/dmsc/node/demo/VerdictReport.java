package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is printed at the end. */
record VerdictReport(Demo.Verdict verdict, Workspace workspace) {

    /** The table, and a sentence below it. */
    List<String> text() {
        List<String> lines = new ArrayList<>(ResultTable.lines(verdict.results()));
        lines.add(0, "");
        String seconds = String.format(Locale.ROOT, "%.1f s", verdict.millis() / 1000.0);
        verdict.failure()
                .ifPresentOrElse(
                        failure -> {
                            lines.add("FAILED after " + seconds + ".");
                            lines.add("  expected  " + failure.expected());
                            lines.add("  came      " + failure.came());
                            lines.add("  look at   " + failure.log());
                            lines.add("  all logs  " + workspace.logs() + " (kept: remove " + workspace.root()
                                    + " when done)");
                        },
                        () -> lines.add("Every step was observed, in " + seconds + "."));
        return lines;
    }

    /** One object. */
    ObjectNode json() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("ok", verdict.good());
        json.put("seconds", verdict.millis() / 1000.0);
        ArrayNode steps = json.putArray("steps");
        for (StepResult result : verdict.results()) {
            steps.addObject()
                    .put("step", result.step())
                    .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT))
                    .put("asked", result.asked())
                    .put("observed", result.observed())
                    .put("millis", result.millis());
        }
        verdict.failure()
                .ifPresent(failure -> json.putObject("failure")
                        .put("expected", failure.expected())
                        .put("came", failure.came())
                        .put("log", failure.log())
                        .put("folder", workspace.root().toString()));
        return json;
    }
}
