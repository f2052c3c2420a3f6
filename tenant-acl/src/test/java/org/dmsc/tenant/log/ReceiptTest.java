package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.dmsc.schemas.RefusedException;
import org.junit.jupiter.api.Test;

class ReceiptTest {

    private static final NoteSigner GATEWAY =
            new NoteSigner("receipt.dmsc.local/node-1", new byte[NoteSigner.SEED_BYTES]);
    private static final Receipt RECEIPT =
            Receipt.now("audit.dmsc.local/acme/local", "task-1", Instant.parse("2026-11-23T00:00:00.125Z"));

    @Test
    void whatIsHandedOutCanBeReadAndVerified() {
        SignedNote note = Receipt.note(RECEIPT.signed(List.of(GATEWAY)));

        assertThat(note.isSignedBy(GATEWAY.key())).isTrue();
        assertThat(Receipt.of(note)).isEqualTo(RECEIPT);
        assertThat(Receipt.of(Receipt.note(note.toString()))).isEqualTo(RECEIPT);
        assertThat(RECEIPT.by()).isEqualTo("2026-11-23T00:00:05.125Z");
    }

    @Test
    void fitsIntoAHeader() {
        assertThat(RECEIPT.signed(List.of(GATEWAY))).hasSizeLessThan(600).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void refusesWhatIsNoReceipt() {
        SignedNote checkpoint = SignedNote.sign("audit.dmsc.local/acme/local\n1\nAAAA\n", List.of(GATEWAY));

        assertThatThrownBy(() -> Receipt.of(checkpoint)).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> Receipt.note("no receipt")).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> new Receipt("o", "a\nb", Instant.EPOCH, Instant.EPOCH))
                .isInstanceOf(RefusedException.class);
    }
}
