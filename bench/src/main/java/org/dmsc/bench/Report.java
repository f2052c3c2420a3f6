package org.dmsc.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a benchmark found: figures with their units in their names, ratios to a baseline of the same run, and the machine. */
final class Report {

    private final String name;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private final Map<String, Double> ratios = new LinkedHashMap<>();

    Report(String name) {
        this.name = name;
    }

    Report figure(String key, double value) {
        figures.put(key, round(value));
        return this;
    }

    Report ratio(String key, double value) {
        ratios.put(key, round(value));
        return this;
    }

    /** One JSON object: name, figures, ratios, machine. */
    String json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode node = mapper.createObjectNode().put("name", name);
        node.set("figures", mapper.valueToTree(figures));
        node.set("ratios", mapper.valueToTree(ratios));
        node.set("machine", mapper.valueToTree(machine()));
        try {
            return mapper.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new BenchException("report: not writable as JSON", e);
        }
    }

    /** The same for people. */
    String text() {
        StringBuilder out = new StringBuilder(name).append('\n');
        figures.forEach((key, value) -> out.append(String.format(Locale.ROOT, "  %-28s %12.3f%n", key, value)));
        ratios.forEach((key, value) ->
                out.append(String.format(Locale.ROOT, "  %-28s %12.2f  (ratio to the baseline)%n", key, value)));
        machine().forEach((key, value) -> out.append(String.format(Locale.ROOT, "  %-28s %s%n", key, value)));
        return out.toString();
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    private static Map<String, String> machine() {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        machine.put(
                "os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        machine.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        machine.put("load", loadAverage());
        return machine;
    }

    private static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).trim();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
