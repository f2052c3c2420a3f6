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
            if (isHidden(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return text.length() > MOST ? out + "…" : out.toString();
    }

    /** Controls, marks that turn text around, and the separators that some viewers break lines at. */
    private static boolean isHidden(char c) {
        int type = Character.getType(c);
        return Character.isISOControl(c)
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
