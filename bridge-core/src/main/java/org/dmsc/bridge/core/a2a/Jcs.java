package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** The JSON Canonicalization Scheme (RFC 8785): one form of bytes for what two JSON texts mean alike, so that it can be signed. Pure. */
public final class Jcs {

    /** So many digits tell every double from every other one. */
    private static final int MOST_DIGITS = 17;

    /** From here on ECMAScript writes an exponent. */
    private static final int LONGEST_INTEGER = 21;

    private static final int MOST_ZEROS = 6;

    private Jcs() {}

    /**
     * The canonical form, as UTF-8.
     *
     * @throws RefusedException INVALID_REQUEST for a number that no double can hold, or half a surrogate pair
     */
    public static byte[] canonical(JsonNode value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonNode value, StringBuilder text) {
        if (value instanceof ObjectNode object) {
            // Strings compare by UTF-16 units, as section 3.2.3 wants.
            Map<String, JsonNode> sorted = new TreeMap<>();
            object.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
            Iterator<Map.Entry<String, JsonNode>> members = sorted.entrySet().iterator();
            text.append('{');
            while (members.hasNext()) {
                Map.Entry<String, JsonNode> member = members.next();
                string(member.getKey(), text);
                text.append(':');
                write(member.getValue(), text);
                text.append(members.hasNext() ? "," : "");
            }
            text.append('}');
        } else if (value instanceof ArrayNode array) {
            text.append('[');
            for (int i = 0; i < array.size(); i++) {
                text.append(i > 0 ? "," : "");
                write(array.get(i), text);
            }
            text.append(']');
        } else if (value.isTextual()) {
            string(value.textValue(), text);
        } else if (value.isNumber()) {
            text.append(number(value.doubleValue()));
        } else {
            text.append(value.asText());
        }
    }

    private static void string(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\b' -> text.append("\\b");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\f' -> text.append("\\f");
                case '\r' -> text.append("\\r");
                default -> {
                    boolean half = Character.isHighSurrogate(c)
                            ? i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1))
                            : Character.isLowSurrogate(c)
                                    && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
                    if (half) {
                        throw refused("a string holds half a character: '" + Printable.of(value) + "'");
                    }
                    text.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
                }
            }
        }
        text.append('"');
    }

    /** As ECMAScript's Number.prototype.toString writes it: the shortest digits that are this number and no other. */
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw refused("a number is out of all bounds");
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value)).stripTrailingZeros();
        String digits = shortest.unscaledValue().toString();
        // The place of the decimal point behind the first digits.
        int point = digits.length() - shortest.scale();
        return (value < 0 ? "-" : "") + placed(digits, point);
    }

    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded;
            }
        }
        return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
    }

    private static String placed(String digits, int point) {
        int count = digits.length();
        if (count <= point && point <= LONGEST_INTEGER) {
            return digits + "0".repeat(point - count);
        }
        if (0 < point && point <= LONGEST_INTEGER) {
            return digits.substring(0, point) + "." + digits.substring(point);
        }
        if (-MOST_ZEROS < point && point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        String fraction = count == 1 ? "" : "." + digits.substring(1);
        int exponent = point - 1;
        return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
    }

    private static RefusedException refused(String what) {
        return new RefusedException(Refusal.INVALID_REQUEST, "json: " + what + " (expected what RFC 8785 can hold)");
    }
}
