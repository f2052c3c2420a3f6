package org.dmsc.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.dmsc.node.audit.ReceiptCheck.Kept;
import org.dmsc.tenant.log.Receipt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReceiptCheckTest {

    private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
    private static final Receipt RECEIPT = Receipt.now("audit.dmsc.test/acme/local", "task-7", NOW);

    private final ReceiptCheck check = new ReceiptCheck(RECEIPT);

    private static byte[] leaf(long index, Instant at, String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 0, 0, 0, 7});
        zigzag(out, index);
        zigzag(out, at.toEpochMilli());
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static void zigzag(ByteArrayOutputStream out, long value) {
        long rest = (value << 1) ^ (value >> 63);
        for (; rest >= 0x80; rest >>>= 7) {
            out.write((int) ((rest & 0x7f) | 0x80));
        }
        out.write((int) rest);
    }

    @Test
    @DisplayName("case 97: a receipt whose event is not in the log within five seconds proves the omission")
    void case_97_omitted() {
        check.add(leaf(0, NOW.plusSeconds(1), "task-6"));
        assertThat(check.result(NOW.plusSeconds(4)).kept()).isEqualTo(Kept.OPEN);
        assertThat(check.result(Instant.MIN).kept())
                .as("a copy that ends too early")
                .isEqualTo(Kept.OPEN);

        check.add(leaf(1, NOW.plusSeconds(6), "task-8"));

        assertThat(check.result(Instant.MIN).kept())
                .as("the log goes on past the promise")
                .isEqualTo(Kept.OMITTED);
        assertThat(check.result(NOW.plusSeconds(6)).leaves()).isEqualTo(2);
    }

    @Test
    void aLogThatIsSilentPastThePromiseOmitsToo() {
        assertThat(check.result(NOW.plusSeconds(6)).kept()).isEqualTo(Kept.OMITTED);
    }

    @Test
    void saysWhereTheEventIsAndHowLateItCame() {
        check.add(leaf(0, NOW, "task-6"));
        check.add(leaf(1, NOW.plusMillis(5_250), "of task-7"));
        check.add(leaf(2, NOW.plusSeconds(9), "task-7 again"));

        ReceiptCheck.Result late = check.result(NOW.plusSeconds(10));
        assertThat(late.kept()).isEqualTo(Kept.LATE);
        assertThat(late.index()).hasValue(1);
        assertThat(late.late()).isEqualTo(Duration.ofMillis(250));

        ReceiptCheck inTime = new ReceiptCheck(RECEIPT);
        inTime.add(leaf(0, NOW.plusMillis(40), "task-7"));
        assertThat(inTime.result(NOW.plusSeconds(10)).kept()).isEqualTo(Kept.IN_TIME);
    }
}
