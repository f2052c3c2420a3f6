package org.dmsc.schemas;

/** Makes hostile text fit for a message or a log line: control characters are escaped, length is bounded. */
public final class Printable {

    private static final int MOST = 80;

    private Printable() {}

    /** The text with everything outside printable ASCII and Latin letters as {@code \\uXXXX}, cut after 80 characters. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), MOST); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == 0x7f || Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return text.length() > MOST ? out + "…" : out.toString();
    }
}
