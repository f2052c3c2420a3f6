package org.dmsc.bridge.core.trail;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Where a page ended: {@code <partition>-<offset>}, joined by dots. Whoever makes one up sees nothing that the query would not show. */
final class AuditCursor {

    private static final Pattern SHAPE = Pattern.compile("\\d{1,4}-\\d{1,18}(\\.\\d{1,4}-\\d{1,18})*");

    private AuditCursor() {}

    static String of(Map<Integer, Long> offsets) {
        return new TreeMap<>(offsets)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "-" + entry.getValue())
                        .collect(Collectors.joining("."));
    }

    static Map<Integer, Long> parse(String cursor) {
        if (!SHAPE.matcher(cursor).matches()) {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "cursor: '" + Printable.of(cursor) + "' (expected what the page before gave, or none)");
        }
        Map<Integer, Long> offsets = new TreeMap<>();
        for (String part : cursor.split("\\.", -1)) {
            int dash = part.indexOf('-');
            offsets.put(Integer.parseInt(part.substring(0, dash)), Long.parseLong(part.substring(dash + 1)));
        }
        return offsets;
    }
}
