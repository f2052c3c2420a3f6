package org.dmsc.tenant.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.RefusedException;

/** One level of a document: hands out values, notes what is wrong, and at the end what nobody asked for. */
final class Section {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
    private static final int MOST_ITEMS = 1_000;

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
        return new Section(name(key), asObject(name(key), child), faults);
    }

    /** The members of a list of sections. */
    List<Section> sections(String key) {
        List<Section> sections = new ArrayList<>();
        for (JsonNode item : items(key)) {
            String place = name(key) + "[" + sections.size() + "]";
            sections.add(new Section(place, asObject(place, item), faults));
        }
        return sections;
    }

    Optional<String> text(String key) {
        return child(key).flatMap(value -> {
            if (value.isValueNode() && !value.asText().isBlank()) {
                return Optional.of(value.asText().strip());
            }
            fault(key, value.isValueNode() ? "is empty (expected a value)" : "is a list or keys (expected one value)");
            return Optional.empty();
        });
    }

    /** A value that must be there. */
    Optional<String> required(String key) {
        if (child(key).isEmpty()) {
            fault(key, "is missing");
        }
        return text(key);
    }

    /** What the reading makes of the value; a refusal of it is a fault. */
    <T> Optional<T> read(String key, Optional<String> text, Function<String, T> reading) {
        return text.flatMap(value -> {
            try {
                return Optional.of(reading.apply(value));
            } catch (RefusedException e) {
                fault(key, e.sentence());
                return Optional.empty();
            }
        });
    }

    /** What the reading makes of the value; where it makes nothing of it, that is a fault. */
    <T> Optional<T> oneOf(String key, Optional<String> text, Function<String, Optional<T>> reading, String expected) {
        return text.flatMap(value -> {
            Optional<T> found = reading.apply(value);
            if (found.isEmpty()) {
                fault(key, "'" + Printable.of(value) + "' (expected " + expected + ")");
            }
            return found;
        });
    }

    long number(String key, long otherwise, long least, long most) {
        return text(key)
                .map(value -> {
                    String digits = value.replace("_", "");
                    if (digits.matches("-?\\d{1,18}")) {
                        long number = Long.parseLong(digits);
                        if (number >= least && number <= most) {
                            return number;
                        }
                    }
                    fault(
                            key,
                            "'" + Printable.of(value) + "' (expected a whole number from " + least + " to " + most
                                    + ")");
                    return otherwise;
                })
                .orElse(otherwise);
    }

    long millis(String key, long otherwise, Duration least, Duration most) {
        return text(key)
                .map(value -> {
                    Matcher matcher = DURATION.matcher(value);
                    if (matcher.matches()) {
                        long millis = Long.parseLong(matcher.group(1)) * unit(matcher.group(2));
                        if (millis >= least.toMillis() && millis <= most.toMillis()) {
                            return millis;
                        }
                    }
                    fault(
                            key,
                            "'" + Printable.of(value) + "' (expected a time from " + least.toMillis() + "ms to "
                                    + most.toSeconds() + "s, such as 500ms, 90s, 5m or 1h)");
                    return otherwise;
                })
                .orElse(otherwise);
    }

    private static long unit(String unit) {
        switch (unit) {
            case "ms":
                return 1;
            case "s":
                return 1_000;
            case "m":
                return 60_000;
            case "h":
                return 3_600_000;
            default:
                return 86_400_000;
        }
    }

    Optional<Instant> instant(String key, Optional<String> text) {
        return oneOf(key, text, Section::instantOf, "a time such as 2027-01-31 or 2027-01-31T12:00:00Z");
    }

    private static Optional<Instant> instantOf(String text) {
        try {
            return Optional.of(Instant.parse(text.length() == "2027-01-31".length() ? text + "T00:00:00Z" : text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Whether a switch is on; off where nothing is said. */
    Toggle toggle(String key) {
        Optional<Toggle> given = oneOf(key, text(key), Toggle::of, "true or false");
        return given.orElse(Toggle.OFF);
    }

    /** A list of texts; a text alone is a list of one. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : items(key)) {
            if (!item.isValueNode() || item.asText().isBlank()) {
                fault(key, "item " + (texts.size() + 1) + " is no text (expected a list of texts)");
                return List.of();
            }
            texts.add(item.asText().strip());
        }
        return texts;
    }

    /** All of it, for what has a grammar of its own; its keys are then not looked at here. */
    String json() {
        return node.toString();
    }

    boolean has(String key) {
        return child(key).isPresent();
    }

    void fault(String key, String sentence) {
        faults.add(new Fault(name(key), sentence));
    }

    /** Says which keys are there that nobody asked for; call it last. */
    void finish() {
        Set<String> unknown = new TreeSet<>();
        node.properties().stream()
                .map(Map.Entry::getKey)
                .filter(key -> !known.contains(key))
                .forEach(unknown::add);
        unknown.forEach(key -> fault(
                Printable.of(key), "unknown key (expected one of " + String.join(", ", new TreeSet<>(known)) + ")"));
    }

    private List<JsonNode> items(String key) {
        Optional<JsonNode> child = child(key);
        if (child.isEmpty()) {
            return List.of();
        }
        List<JsonNode> items = new ArrayList<>();
        if (child.get().isArray()) {
            child.get().forEach(items::add);
        } else {
            items.add(child.get());
        }
        if (items.size() > MOST_ITEMS) {
            fault(key, "has " + items.size() + " items (expected at most " + MOST_ITEMS + ")");
            return List.of();
        }
        return items;
    }

    private JsonNode asObject(String place, JsonNode child) {
        if (child.isObject()) {
            return child;
        }
        faults.add(new Fault(place, "is no set of keys (expected lines of the form 'key: value' below it)"));
        return JsonNodeFactory.instance.objectNode();
    }

    private Optional<JsonNode> child(String key) {
        known.add(key);
        return Optional.ofNullable(node.get(key)).filter(value -> !value.isNull());
    }

    private String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** On or off. */
    enum Toggle {
        ON,
        OFF;

        static Optional<Toggle> of(String text) {
            switch (text) {
                case "true":
                    return Optional.of(ON);
                case "false":
                    return Optional.of(OFF);
                default:
                    return Optional.empty();
            }
        }
    }
}
