package org.dmsc.node.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One level of a configuration tree: hands out values, notes what is wrong, and at the end what nobody asked for. */
final class Section {

    private final String path;
    private final JsonNode node;
    private final List<Fault> faults;
    private final Set<String> known = new HashSet<>();

    Section(String path, JsonNode node, List<Fault> faults) {
        this.path = path;
        this.node = node;
        this.faults = faults;
    }

    Section section(String key) {
        JsonNode child = child(key).orElseGet(JsonNodeFactory.instance::objectNode);
        if (!child.isObject()) {
            fault(key, "'" + child.asText() + "' (expected keys below it, each on a line of its own, indented)");
            child = JsonNodeFactory.instance.objectNode();
        }
        return new Section(name(key), child, faults);
    }

    Optional<String> text(String key) {
        return child(key).flatMap(value -> {
            if (value.isValueNode()) {
                return Optional.of(value.asText().strip());
            }
            fault(key, "a list or keys below it (expected one value)");
            return Optional.empty();
        });
    }

    int number(String key, int otherwise, int least, int most) {
        return (int) longNumber(key, otherwise, least, most);
    }

    long longNumber(String key, long otherwise, long least, long most) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text.get().replace("_", ""));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // falls through to the fault below, which says the same
        }
        fault(key, "'" + text.get() + "' (expected a whole number from " + least + " to " + most + ")");
        return otherwise;
    }

    Toggle toggle(String key, Toggle otherwise) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        switch (text.get()) {
            case "true", "on":
                return Toggle.ON;
            case "false", "off":
                return Toggle.OFF;
            default:
                fault(key, "'" + text.get() + "' (expected true or false)");
                return otherwise;
        }
    }

    /** A YAML list, or one text with commas. */
    Optional<List<String>> list(String key) {
        return child(key).map(value -> {
            if (value.isArray()) {
                return value.valueStream()
                        .map(JsonNode::asText)
                        .map(String::strip)
                        .toList();
            }
            return java.util.Arrays.stream(value.asText().split(","))
                    .map(String::strip)
                    .filter(item -> !item.isEmpty())
                    .toList();
        });
    }

    /** What is below each key below a key, whatever their names. */
    Map<String, Section> sections(String key) {
        Map<String, Section> values = new LinkedHashMap<>();
        Section below = section(key);
        below.node.propertyStream().forEach(entry -> values.put(entry.getKey(), below.section(entry.getKey())));
        return values;
    }

    /** All keys below a key, whatever their names. */
    Map<String, String> map(String key) {
        Map<String, String> values = new LinkedHashMap<>();
        Section below = section(key);
        below.node
                .propertyStream()
                .forEach(entry -> below.text(entry.getKey()).ifPresent(v -> values.put(entry.getKey(), v)));
        return values;
    }

    void fault(String key, String sentence) {
        faults.add(new Fault(name(key), sentence));
    }

    /** Says which keys are there that nobody asked for; call it last. */
    void finish() {
        Set<String> unknown = new TreeSet<>();
        node.propertyStream()
                .map(Map.Entry::getKey)
                .filter(key -> !known.contains(key))
                .forEach(unknown::add);
        unknown.forEach(
                key -> fault(key, "unknown key (expected one of " + String.join(", ", new TreeSet<>(known)) + ")"));
    }

    private Optional<JsonNode> child(String key) {
        known.add(key);
        return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
    }

    private String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
