package org.dmsc.tenant.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import java.nio.charset.StandardCharsets;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.dmsc.tenant.log.Verdict.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HeadsLogTest {

    private static byte[] leaf(int number) {
        return ("checkpoint " + number).getBytes(StandardCharsets.UTF_8);
    }

    private static TreeHead head(int size) {
        Frontier tree = new Frontier();
        for (int i = 0; i < size; i++) {
            tree.add(Hash.leaf(leaf(i)));
        }
        return new TreeHead(size, tree.root());
    }

    private static HeadsLog log(int... leavesThenHeads) {
        HeadsLog log = new HeadsLog();
        int at = 0;
        for (int until : leavesThenHeads) {
            for (; at < until; at++) {
                log.leaf(leaf(at));
            }
            log.head(head(until));
        }
        return log;
    }

    @Test
    void noTenantCanHaveTheOperatorLogsName() {
        assertThatThrownBy(() -> new TenantId(LogOrigin.OPERATOR)).isInstanceOf(RefusedException.class);
    }

    @Test
    void isWholeUpToTheLastHeadAndTakesOneThatOthersSignedLater() {
        HeadsLog log = log(3, 7);
        log.leaf(leaf(7));
        log.head(head(3));

        assertThat(log.verdict()).isEqualTo(new Whole(head(8), 7));
    }

    @Test
    @DisplayName(
            "case 91: a checkpoint of a tenant that was changed, cut off or taken out is found by the operator log")
    void case_91_findsWhatWasDoneToACheckpoint() {
        HeadsLog changed = log(3);
        changed.leaf(leaf(4));
        changed.leaf(leaf(4));
        changed.head(head(5));
        HeadsLog missing = log(3);
        missing.head(head(4));
        HeadsLog cut = log(3);
        cut.expect(head(9));

        assertThat(changed.verdict()).isInstanceOfSatisfying(Tampered.class, found -> {
            assertThat(found.first()).isEqualTo(3);
            assertThat(found.latest()).isEqualTo(4);
        });
        assertThat(missing.verdict()).isInstanceOf(Tampered.class);
        assertThat(cut.verdict()).isInstanceOf(Tampered.class);
    }

    @Test
    @DisplayName("case 93: two roots for one size are found, whichever is remembered")
    void case_93_twoRoots() {
        HeadsLog split = log(3, 5);
        split.head(new TreeHead(3, Hash.EMPTY));
        HeadsLog filed = new HeadsLog();
        filed.expect(new TreeHead(2, Hash.EMPTY));
        filed.leaf(leaf(0));
        filed.leaf(leaf(1));

        assertThat(split.verdict()).isInstanceOf(Tampered.class);
        assertThat(filed.verdict()).isInstanceOf(Tampered.class);
    }

    @Test
    void recentNodesProveFromEachSizeThatIsKept() {
        qt().forAll(
                        integers().between(1, 200),
                        integers().between(0, 200),
                        integers().between(0, 200))
                .checkAssert((size, forgotten, more) -> {
                    int old = Math.min(size, forgotten);
                    RecentNodes nodes = new RecentNodes();
                    for (int i = 0; i < size; i++) {
                        nodes.add(Hash.leaf(leaf(i)));
                    }
                    nodes.forget(old);
                    int between = old + (size - old) / 2;
                    for (int i = size; i < size + more; i++) {
                        nodes.add(Hash.leaf(leaf(i)));
                    }

                    for (int from : new int[] {old, between, size}) {
                        assertThat(Proofs.extend(
                                        head(from), head(size + more), Proofs.consistency(nodes, from, size + more)))
                                .as("%s of %s", from, size + more)
                                .isTrue();
                    }
                    assertThat(nodes.kept()).isLessThanOrEqualTo(2 * (size + more - old) + 64);
                });
    }
}
