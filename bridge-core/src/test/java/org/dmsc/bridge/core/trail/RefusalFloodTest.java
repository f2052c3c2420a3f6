package org.dmsc.bridge.core.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import java.util.Optional;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.trail.RefusalFlood.Summary;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.Test;

final class RefusalFloodTest {

    @Test
    void everyRefusalIsWrittenOrCountedHoweverManyComeFromHoweverManyActors() {
        qt().forAll(integers().between(0, 3000), integers().between(1, 2500)).checkAssert((refusals, actors) -> {
            RefusalFlood flood = new RefusalFlood(0);
            long singly = 0;
            for (int i = 0; i < refusals; i++) {
                singly += flood.singly(note("anonymous@" + i % actors)) ? 1 : 0;
            }

            long counted =
                    flood.drain(20_000).stream().mapToLong(Summary::count).sum();

            assertThat(singly + counted).isEqualTo((long) refusals);
        });
    }

    @Test
    void oneActorsFloodDoesNotSilenceAnother() {
        RefusalFlood flood = new RefusalFlood(0);
        for (int i = 0; i < 1000; i++) {
            flood.singly(note("anonymous@1"));
        }

        assertThat(flood.singly(note("anonymous@2"))).isTrue();
        assertThat(flood.drain(5_000)).isEmpty();
        assertThat(flood.drain(10_000)).hasSize(1);
    }

    @Test
    void whatKafkaDidNotTakeComesOutLaterWithItsCount() {
        RefusalFlood flood = new RefusalFlood(0);
        for (int i = 0; i < 100; i++) {
            flood.singly(note("anonymous@1"));
        }
        Summary unwritten = flood.drain(10_000).get(0);
        flood.again(unwritten);
        flood.again(new Summary(note("anonymous@1"), 1));

        assertThat(flood.drain(20_000))
                .singleElement()
                .extracting(Summary::count)
                .isEqualTo(81L);
    }

    private static RefusalNote note(String actor) {
        return new RefusalNote(
                Optional.empty(),
                actor,
                Refusal.UNAUTHENTICATED,
                "no credential",
                Optional.empty(),
                Optional.empty(),
                RefusalNote.Weight.REFUSED);
    }
}
