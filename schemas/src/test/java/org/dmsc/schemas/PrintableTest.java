package org.dmsc.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class PrintableTest {

    @Test
    @DisplayName("case 76: what would forge a log line, colour a terminal or turn text around is written out")
    void escapesWhatIsNotText() {
        String hostile = "ok\r\n12:00 INFO forged\u001b[31m\u0000\u0085\u2028\u202e${jndi:ldap://x/}\u007f";

        String printed = Printable.of(hostile);

        assertThat(printed.chars())
                .noneMatch(c -> Character.isISOControl(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR);
        assertThat(printed).startsWith("ok\\u000d\\u000a12:00").contains("${jndi:ldap://x/}");
    }

    @Test
    @DisplayName("case 76: a megabyte is cut")
    void cutsWhatIsLong() {
        assertThat(Printable.of("x".repeat(1_000_000))).hasSizeLessThan(100);
    }
}
