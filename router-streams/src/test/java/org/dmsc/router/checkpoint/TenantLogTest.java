package org.dmsc.router.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.dmsc.tenant.log.Frontier;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.TreeHead;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TenantLogTest {

    private static final TreeHead NOTHING = new TreeHead(0, Hash.EMPTY);

    static byte[] leaf(int index, int content) {
        int zigzag = index << 1;
        ByteBuffer leaf = ByteBuffer.allocate(30).put((byte) 0).putInt(7);
        while (zigzag > 0x7f) {
            leaf.put((byte) (zigzag & 0x7f | 0x80));
            zigzag >>>= 7;
        }
        leaf.put((byte) zigzag).putInt(content);
        return java.util.Arrays.copyOf(leaf.array(), leaf.position());
    }

    static TreeHead head(int size) {
        Frontier tree = new Frontier();
        for (int i = 0; i < size; i++) {
            tree.add(Hash.leaf(leaf(i, 0)));
        }
        return new TreeHead(size, tree.root());
    }

    private static TenantLog after(TenantLog log, int leaves) {
        for (int i = 0; i < leaves; i++) {
            log.add(leaf(i, 0), 0);
        }
        return log;
    }

    @Test
    void signsAfterHalfASecondOrAThousandLeaves() {
        TenantLog log = after(new TenantLog(), 5);

        assertThat(log.due(TenantLog.MOST_MS - 1)).isEmpty();
        assertThat(log.due(TenantLog.MOST_MS)).contains(head(5));
        log.signed(head(5));
        assertThat(log.due(10 * TenantLog.MOST_MS)).isEmpty();
        assertThat(after(new TenantLog(), TenantLog.MOST_LEAVES).due(0)).contains(head(TenantLog.MOST_LEAVES));
    }

    @Test
    @DisplayName("case 105: a clock that is set back, by an hour or by ten years, holds no checkpoint back")
    void case_105_clockSetBack() {
        for (Duration back : List.of(Duration.ofHours(1), Duration.ofDays(3652))) {
            long before = Duration.ofDays(20_000).toMillis();
            TenantLog log = new TenantLog();
            log.add(leaf(0, 0), before);

            assertThat(log.due(before)).isEmpty();
            assertThat(log.due(before - back.toMillis())).contains(head(1));
        }
    }

    @Test
    void signsWhatExtendsWhatWasSigned() {
        TenantLog log = new TenantLog();
        log.published(head(3));
        log.filed(head(4), head(3));
        after(log, 9).caughtUp();

        assertThat(log.frozen()).isEmpty();
        assertThat(log.due(TenantLog.MOST_MS)).contains(head(9));
    }

    @Test
    @DisplayName("case 91: a changed, missing, doubled or cut leaf freezes the log")
    void case_91_freezesWhenTheLogIsNotWhatWasSigned() {
        TenantLog changed = new TenantLog();
        changed.published(head(3));
        changed.add(leaf(0, 0), 0);
        changed.add(leaf(1, 1), 0);
        changed.add(leaf(2, 0), 0);
        TenantLog missing = after(new TenantLog(), 3);
        missing.add(leaf(4, 0), 0);
        TenantLog doubled = after(new TenantLog(), 3);
        doubled.add(leaf(2, 0), 0);
        TenantLog cut = new TenantLog();
        cut.published(head(5));
        after(cut, 4).caughtUp();

        for (TenantLog log : new TenantLog[] {changed, missing, doubled, cut}) {
            assertThat(log.frozen()).isPresent();
            log.add(leaf((int) log.size(), 0), 0);
            assertThat(log.due(Long.MAX_VALUE)).isEmpty();
        }
        assertThat(missing.frozen().orElseThrow().first()).isEqualTo(3);
        assertThat(cut.frozen().orElseThrow().first()).isEqualTo(4);
    }

    @Test
    @DisplayName("case 92: a file of yesterday, or a topic of yesterday, freezes the log")
    void case_92_rolledBack() {
        TenantLog file = new TenantLog();
        file.published(head(9));
        file.filed(head(5), head(9));
        TenantLog topic = new TenantLog();
        topic.published(head(5));
        topic.filed(head(9), head(5));
        after(topic, 5).caughtUp();

        assertThat(after(file, 9).frozen().orElseThrow().what()).contains("rolled back");
        assertThat(topic.frozen().orElseThrow().what()).contains("9 were signed");
    }

    @Test
    @DisplayName("case 93: what another signer published binds this one; two roots for one size freeze")
    void case_93_neverTwoRootsForOneSize() {
        TenantLog takenOver = new TenantLog();
        takenOver.published(head(9));
        takenOver.filed(head(5), NOTHING);
        after(takenOver, 9).caughtUp();
        assertThat(takenOver.frozen()).isEmpty();

        TenantLog split = new TenantLog();
        split.published(head(3));
        split.published(new TreeHead(3, Hash.EMPTY));
        after(split, 3).caughtUp();
        assertThat(split.frozen()).isPresent();
    }
}
