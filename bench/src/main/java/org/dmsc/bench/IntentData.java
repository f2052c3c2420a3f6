package org.dmsc.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code bench intent} works on.
 *
 * @param capabilities description by name
 */
record IntentData(Map<String, String> capabilities, List<Request> history, List<Request> test) {

    /** A request and the capability that serves it. */
    record Request(String intent, String capability) {}

    /** Reads and checks all three; a {@link BenchException} says the file, the line, what is wrong and what is expected. */
    static IntentData read(Path capabilities, Path history, Path test) {
        Map<String, String> known = capabilities(capabilities);
        return new IntentData(known, requests(history, known), requests(test, known));
    }

    private static Map<String, String> capabilities(Path file) {
        JsonNode array;
        try {
            array = new ObjectMapper().readTree(text(file));
        } catch (IOException e) {
            throw new BenchException(file + ": no JSON (expected an array of capabilities): " + e.getMessage(), e);
        }
        if (!array.isArray() || array.isEmpty()) {
            throw new BenchException(
                    file + ": not an array with entries (expected [{\"capability\": …, \"description\": …}])");
        }
        Map<String, String> all = new LinkedHashMap<>();
        for (JsonNode entry : array) {
            String name = entry.path("capability").asText("");
            if (name.isBlank() || !entry.path("description").isTextual()) {
                throw new BenchException(file + ": entry " + (all.size() + 1)
                        + ": needs the texts 'capability' (not empty) and 'description'");
            }
            if (all.put(name, entry.path("description").asText()) != null) {
                throw new BenchException(file + ": '" + name + "' stands there twice (expected each capability once)");
            }
        }
        return all;
    }

    private static List<Request> requests(Path file, Map<String, String> known) {
        List<Csv.Row> rows = Csv.rows(text(file), file.toString());
        if (rows.isEmpty() || !rows.get(0).cells().equals(List.of("intent", "capability"))) {
            throw new BenchException(file + ": line 1 is not the header 'intent,capability'");
        }
        List<Request> all = new ArrayList<>();
        for (Csv.Row row : rows.subList(1, rows.size())) {
            if (row.cells().size() != 2) {
                throw new BenchException(
                        file + ": line " + row.line() + ": " + row.cells().size()
                                + " cells (expected 2: intent,capability; a comma inside an intent needs quotes)");
            }
            String capability = row.cells().get(1);
            if (!known.containsKey(capability)) {
                throw new BenchException(file + ": line " + row.line() + ": '" + capability
                        + "' is not among the capabilities (expected a name from --capabilities)");
            }
            all.add(new Request(row.cells().get(0), capability));
        }
        if (all.isEmpty()) {
            throw new BenchException(file + ": no requests below the header (expected at least one)");
        }
        return all;
    }

    private static String text(Path file) {
        try {
            String text = Files.readString(file);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new BenchException(file + ": not UTF-8", e);
        } catch (IOException e) {
            throw new BenchException(file + ": cannot be read: " + e, e);
        }
    }
}
