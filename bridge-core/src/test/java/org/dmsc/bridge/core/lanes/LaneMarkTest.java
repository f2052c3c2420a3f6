package org.dmsc.bridge.core.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.dmsc.bridge.core.lanes.LaneMark.Tenure;
import org.dmsc.bridge.core.lanes.Takeover.Past;
import org.junit.jupiter.api.Test;

final class LaneMarkTest {

    @Test
    void readsWhatItWrote() {
        qt().forAll(
                        lists().of(integers().between(0, 500)).ofSizeBetween(0, 40),
                        integers().between(501, 600))
                .checkAssert((offsets, next) -> {
                    LaneMark mark = new LaneMark(Tenure.HELD, next, ascending(offsets));

                    assertThat(LaneMark.parse(mark.offset(), mark.text())).contains(mark);
                    assertThat(LaneMark.parse(mark.left().offset(), mark.left().text()))
                            .contains(mark.left());
                });
    }

    @Test
    void staysWithinWhatABrokerTakesAndErrsOnTheSideOfUncertain() {
        List<Long> open = LongStream.range(0, 5000).map(i -> i * 1000).boxed().toList();
        LaneMark mark = new LaneMark(Tenure.LEFT, 6_000_000, open);

        LaneMark read = LaneMark.parse(mark.offset(), mark.text()).orElseThrow();

        assertThat(mark.text().length()).isLessThan(4096);
        assertThat(read.tenure()).isEqualTo(Tenure.HELD);
        assertThat(read.open()).isEqualTo(open.subList(0, read.open().size()));
        assertThat(read.next()).isEqualTo(open.get(read.open().size()));
    }

    @Test
    void doesNotReadWhatOthersCommit() {
        assertThat(LaneMark.parse(5, "")).isEmpty();
        assertThat(LaneMark.parse(5, "consumer-1")).isEmpty();
        assertThat(LaneMark.parse(5, "held x!")).isEmpty();
        assertThat(LaneMark.parse(5, "held 0 1")).isEmpty();
    }

    /** Owner after owner reads some records, ends some of them, and goes with or without a word. */
    @Test
    void aRecordThatWasBegunIsNeverTakenForFreshAndOneThatEndedIsNeverActedOnAfterACommit() {
        qt().forAll(
                        lists().of(integers().between(0, 99)).ofSizeBetween(0, 60),
                        integers().between(0, 100),
                        integers().between(0, 1))
                .checkAssert((ended, read, clean) -> {
                    OffsetTracker tracker = new OffsetTracker(0);
                    for (long offset = 0; offset < read; offset++) {
                        tracker.begin(offset);
                    }
                    ended.forEach(offset -> tracker.end(offset));
                    LaneMark mark = clean == 1 ? tracker.mark().left() : tracker.mark();

                    Takeover takeover =
                            Takeover.of(Optional.of(new OffsetAndMetadata(mark.offset(), mark.text())), 100);

                    for (long offset = takeover.start(); offset < 120; offset++) {
                        boolean begun = offset < read;
                        boolean done = begun && ended.contains((int) offset);
                        Past expected = done
                                ? Past.DONE
                                : begun ? Past.UNCERTAIN : clean == 0 && offset < 100 ? Past.UNCERTAIN : Past.FRESH;
                        assertThat(takeover.past(offset))
                                .as("offset %s", offset)
                                .isEqualTo(expected);
                    }
                    assertThat(takeover.start()).isEqualTo(firstNotDone(read, ended));
                });
    }

    @Test
    void everythingIsFreshWhereNobodyEverCommitted() {
        Takeover takeover = Takeover.of(Optional.empty(), 1000);

        assertThat(takeover.start()).isZero();
        assertThat(takeover.past(0)).isEqualTo(Past.FRESH);
        assertThat(Takeover.needsEnd(Optional.empty())).isFalse();
    }

    @Test
    void aForeignCommitCountsAsOneOfAnOwnerThatWasKilled() {
        Optional<OffsetAndMetadata> foreign = Optional.of(new OffsetAndMetadata(7, ""));

        Takeover takeover = Takeover.of(foreign, 9);

        assertThat(Takeover.needsEnd(foreign)).isTrue();
        assertThat(takeover.past(7)).isEqualTo(Past.UNCERTAIN);
        assertThat(takeover.past(8)).isEqualTo(Past.UNCERTAIN);
        assertThat(takeover.past(9)).isEqualTo(Past.FRESH);
    }

    private static long firstNotDone(int read, List<Integer> ended) {
        for (int offset = 0; offset < read; offset++) {
            if (!ended.contains(offset)) {
                return offset;
            }
        }
        return read;
    }

    private static List<Long> ascending(List<Integer> offsets) {
        List<Long> sorted = new ArrayList<>();
        new TreeSet<>(offsets).forEach(offset -> sorted.add((long) offset));
        return sorted;
    }
}
