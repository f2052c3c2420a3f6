package org.dmsc.node.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table at the end, with long cells wrapped. */
final class ResultTable {

    private static final int[] WIDTHS = {31, 37, 59, 8};
    private static final List<String> HEAD = List.of("step", "asked", "observed", "time");

    private ResultTable() {}

    static List<String> lines(List<StepResult> results) {
        List<String> lines = new ArrayList<>();
        lines.add(rule());
        lines.addAll(row(HEAD));
        lines.add(rule());
        for (StepResult result : results) {
            String step = (result.outcome() == StepResult.Outcome.FAILED ? "FAILED: " : "") + result.step();
            String time = String.format(Locale.ROOT, "%6.1f s", result.millis() / 1000.0);
            lines.addAll(row(List.of(step, result.asked(), result.observed(), time)));
            lines.add(rule());
        }
        return lines;
    }

    private static List<String> row(List<String> cells) {
        List<List<String>> wrapped = new ArrayList<>();
        int height = 0;
        for (int i = 0; i < cells.size(); i++) {
            wrapped.add(wrap(cells.get(i), WIDTHS[i]));
            height = Math.max(height, wrapped.get(i).size());
        }
        List<String> lines = new ArrayList<>();
        for (int y = 0; y < height; y++) {
            StringBuilder line = new StringBuilder("|");
            for (int x = 0; x < WIDTHS.length; x++) {
                String text = y < wrapped.get(x).size() ? wrapped.get(x).get(y) : "";
                line.append(' ')
                        .append(text)
                        .append(" ".repeat(WIDTHS[x] - text.length()))
                        .append(" |");
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** At spaces where there are any. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            String rest = word;
            if (line.length() > 0 && line.length() + 1 + rest.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "");
            while (line.length() + rest.length() > width) {
                int fits = width - line.length();
                lines.add(line + rest.substring(0, fits));
                line.setLength(0);
                rest = rest.substring(fits);
            }
            line.append(rest);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String rule() {
        StringBuilder rule = new StringBuilder("+");
        for (int width : WIDTHS) {
            rule.append("-".repeat(width + 2)).append('+');
        }
        return rule.toString();
    }
}
