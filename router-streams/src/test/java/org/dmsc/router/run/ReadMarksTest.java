package org.dmsc.router.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ReadMarksTest {

    private static final TopicPartition EVENTS = new TopicPartition("dmsc.acme.events", 2);

    private final ReadMarks marks = new ReadMarks();

    @Test
    void knowsNothingAtFirst() {
        assertThat(marks.haveReached(Map.of(EVENTS, 0L))).isFalse();
        assertThat(marks.unknown(Set.of(EVENTS))).containsExactly(EVENTS);
    }

    @Test
    void whatIsOnlyHandedOverIsNotInTheStore() {
        marks.polled(polled(8, 5, 6, 7));
        assertThat(marks.haveReached(Map.of(EVENTS, 6L))).isFalse();

        marks.handled("dmsc.acme.events", 2, 5);
        assertThat(marks.haveReached(Map.of(EVENTS, 6L))).isTrue();
        assertThat(marks.haveReached(Map.of(EVENTS, 7L))).isFalse();
    }

    @Test
    void theMarkBehindTheLastRecordIsReachedWithIt() {
        marks.polled(polled(9, 5, 7));
        marks.handled("dmsc.acme.events", 2, 5);
        assertThat(marks.haveReached(Map.of(EVENTS, 9L))).isFalse();

        marks.handled("dmsc.acme.events", 2, 7);
        assertThat(marks.haveReached(Map.of(EVENTS, 9L))).isTrue();
    }

    @Test
    void aPollThatOnlyPassesMarksCounts() {
        marks.polled(polled(6, 5));
        marks.handled("dmsc.acme.events", 2, 5);
        marks.polled(polled(7));
        assertThat(marks.haveReached(Map.of(EVENTS, 7L))).isTrue();
    }

    @Test
    void aPollOfMarksDoesNotOvertakeRecordsThatWait() {
        marks.polled(polled(6, 5));
        marks.polled(polled(8));
        assertThat(marks.haveReached(Map.of(EVENTS, 6L))).isFalse();
    }

    @Test
    void whatIsCommittedIsInTheStoreOfWhoHasReadNothingYet() {
        marks.committed(Set.of(EVENTS), Map.of(EVENTS, new OffsetAndMetadata(40)));
        assertThat(marks.haveReached(Map.of(EVENTS, 40L))).isTrue();
        assertThat(marks.haveReached(Map.of(EVENTS, 41L))).isFalse();

        marks.polled(polled(42, 41));
        marks.handled("dmsc.acme.events", 2, 41);
        marks.committed(Set.of(EVENTS), Map.of());
        assertThat(marks.haveReached(Map.of(EVENTS, 42L))).isTrue();
    }

    @Test
    void aLaneThatMovesIsForgotten() {
        marks.polled(polled(6, 5));
        marks.handled("dmsc.acme.events", 2, 5);
        marks.forget(1);
        assertThat(marks.haveReached(Map.of(EVENTS, 6L))).isTrue();
        marks.forget(2);
        assertThat(marks.haveReached(Map.of(EVENTS, 6L))).isFalse();
    }

    private static ConsumerRecords<byte[], byte[]> polled(long next, long... offsets) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long offset : offsets) {
            records.add(new ConsumerRecord<>(EVENTS.topic(), EVENTS.partition(), offset, new byte[0], new byte[0]));
        }
        return new ConsumerRecords<>(
                records.isEmpty() ? Map.of() : Map.of(EVENTS, records), Map.of(EVENTS, new OffsetAndMetadata(next)));
    }
}
