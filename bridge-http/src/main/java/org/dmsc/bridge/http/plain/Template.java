package org.dmsc.bridge.http.plain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * Text with places to be filled: <code>{name}</code> for what {@link Values} knows, <code>{/pointer}</code> for a member of the A2A message (RFC 6901). Anything
 * else in braces is itself. Immutable.
 */
final class Template {

    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z]+|/[^{}]*)}");

    private final List<Piece> pieces;

    private record Piece(String text, boolean isPlace) {}

    private Template(List<Piece> pieces) {
        this.pieces = pieces;
    }

    /** @throws RefusedException INVALID_REQUEST for a place that nothing is known for */
    static Template of(String text, String where) {
        List<Piece> pieces = new ArrayList<>();
        Matcher places = PLACE.matcher(text);
        int at = 0;
        while (places.find()) {
            if (places.start() > at) {
                pieces.add(new Piece(text.substring(at, places.start()), false));
            }
            String name = places.group(1);
            if (!name.startsWith("/") && !Values.NAMES.contains(name)) {
                throw new RefusedException(
                        Refusal.INVALID_REQUEST,
                        where + ": holds {" + Printable.of(name) + "} (expected one of " + Values.NAMES
                                + ", or {/pointer} into the message)");
            }
            pieces.add(new Piece(name, true));
            at = places.end();
        }
        if (at < text.length()) {
            pieces.add(new Piece(text.substring(at), false));
        }
        return new Template(List.copyOf(pieces));
    }

    /** What stands before the first place. */
    String head() {
        return pieces.isEmpty() || pieces.get(0).isPlace() ? "" : pieces.get(0).text();
    }

    /** Filled, each value as that makes it. */
    String fill(Values values, UnaryOperator<String> encoding) {
        StringBuilder filled = new StringBuilder();
        for (Piece piece : pieces) {
            filled.append(piece.isPlace() ? encoding.apply(text(values.get(piece.text()))) : piece.text());
        }
        return filled.toString();
    }

    /** A text that is nothing but one place becomes its value, whatever that is. */
    private JsonNode json(Values values) {
        return pieces.size() == 1 && pieces.get(0).isPlace()
                ? values.get(pieces.get(0).text())
                : TextNode.valueOf(fill(values, UnaryOperator.identity()));
    }

    /** A JSON value with each text in it filled. */
    static JsonNode fill(JsonNode template, Values values, String where) {
        if (template.isTextual()) {
            return of(template.textValue(), where).json(values);
        }
        if (template instanceof ObjectNode object) {
            ObjectNode filled = A2aJson.object();
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                filled.set(member.getKey(), fill(member.getValue(), values, where));
            }
            return filled;
        }
        if (template instanceof ArrayNode array) {
            ArrayNode filled = A2aJson.array();
            array.forEach(element -> filled.add(fill(element, values, where)));
            return filled;
        }
        return template;
    }

    private static String text(JsonNode value) {
        return value.isValueNode() ? value.asText("") : new String(A2aJson.bytes(value), StandardCharsets.UTF_8);
    }

    /** RFC 3986: all but unreserved characters, so that a value stays inside its segment or parameter. */
    static String percentEncoded(String value) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean unreserved = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-._~".indexOf(c) >= 0;
            encoded.append(unreserved ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return encoded.toString();
    }
}
