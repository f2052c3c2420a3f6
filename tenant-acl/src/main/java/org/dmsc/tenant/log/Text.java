package org.dmsc.tenant.log;

import java.util.Base64;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/** Numbers and Base64 of which there is one spelling only, so that a text has one meaning and a meaning one text. */
final class Text {

    private static final int MOST_DIGITS = 18;

    private Text() {}

    static byte[] decode(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (Base64.getEncoder().encodeToString(bytes).equals(base64)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw unreadable("'" + Printable.of(base64) + "'", "Base64: " + e.getMessage());
        }
        throw unreadable("'" + Printable.of(base64) + "'", "Base64 with padding and no bits left over");
    }

    static long number(String digits) {
        boolean plain = !digits.isEmpty()
                && digits.length() <= MOST_DIGITS
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        if (!plain) {
            throw unreadable(
                    "number '" + Printable.of(digits) + "'", "a decimal number without sign and leading zeros");
        }
        return Long.parseLong(digits);
    }

    static RefusedException unreadable(String what, String expected) {
        return new RefusedException(Refusal.UNREADABLE, what + " (expected " + expected + ")");
    }
}
