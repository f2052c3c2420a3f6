package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;

/** JSON with bounds. */
final class A2aJsonTest {

    @Test
    void refusesWhatIsNotOneGoodObject() {
        for (String body : List.of(
                "",
                " ",
                "{",
                "[]",
                "7",
                "null",
                "\"x\"",
                "{} {}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":NaN}",
                "{'a':1}",
                "[".repeat(100_000),
                "{\"a\":".repeat(100) + "1" + "}".repeat(100),
                "{\"n\":" + "9".repeat(10_000) + "}",
                "{\"" + "k".repeat(5_000) + "\":1}")) {
            assertThatThrownBy(() -> A2aJson.parse(body.getBytes(StandardCharsets.UTF_8)))
                    .as(body.length() > 50 ? body.substring(0, 50) : body)
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.MALFORMED_JSON))
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThatThrownBy(() -> A2aJson.parse(new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'}))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void keepsTheDigitsOfNumbers() {
        String body = "{\"a\":1.10,\"b\":12345678901234567890,\"c\":1e400,\"d\":0.1}";

        String written =
                new String(A2aJson.bytes(A2aJson.parse(body.getBytes(StandardCharsets.UTF_8))), StandardCharsets.UTF_8);

        assertThat(written)
                .contains("1.10")
                .contains("12345678901234567890")
                .contains("E+400")
                .contains("0.1");
    }
}
