package org.dmsc.tenant.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What differs between two documents, value by value. Pure. */
public final class PolicyDiff {

    /** What makes a member of a list the same member when its place changes. */
    private static final List<String> NAMES = List.of("id", "name", "tag", "issuer", "path", "subject", "kid");

    private PolicyDiff() {}

    /** The changes that make the second of the first, ordered by path. */
    public static List<Change> between(ObjectNode before, ObjectNode after) {
        Map<String, String> old = flat(before);
        Map<String, String> now = flat(after);
        TreeSet<String> paths = new TreeSet<>(old.keySet());
        paths.addAll(now.keySet());
        List<Change> changes = new ArrayList<>();
        for (String path : paths) {
            Optional<String> was = Optional.ofNullable(old.get(path));
            Optional<String> is = Optional.ofNullable(now.get(path));
            if (!was.equals(is)) {
                changes.add(new Change(path, was, is));
            }
        }
        return changes;
    }

    private static Map<String, String> flat(JsonNode node) {
        Map<String, String> values = new TreeMap<>();
        collect("", node, values);
        return values;
    }

    private static void collect(String path, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> collect(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), values));
        } else if (node.isArray()) {
            int index = 0;
            for (JsonNode item : node) {
                collect(path + "[" + label(item, index) + "]", item, values);
                index++;
            }
        } else if (!node.isNull()) {
            values.put(path, node.asText());
        }
    }

    private static String label(JsonNode item, int index) {
        if (item.isValueNode()) {
            return item.asText();
        }
        String partner = item.path("from").isTextual() && item.has("id") && !item.has("to")
                ? item.path("from").asText() + "/"
                : "";
        return NAMES.stream()
                .filter(item::hasNonNull)
                .map(name -> partner + item.get(name).asText())
                .findFirst()
                .orElse(Integer.toString(index));
    }
}
