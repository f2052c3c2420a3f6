package org.dmsc.bridge.core.lanes;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Commits of inbox offsets through the consumer that owns the lanes (design 14.3): the coordinator refuses them from a member that is no
 * longer one. Each accepted commit is also the proof of ownership. Lane loop's thread only.
 */
final class LaneOffsets {

    private static final Logger LOG = LoggerFactory.getLogger(LaneOffsets.class);

    private static final Duration COMMIT_EVERY = Duration.ofMillis(250);

    /**
     * Well below the session of 6 s: a member that proved itself this long ago cannot have been given up yet. Well above a rebalance, in which
     * no commit is accepted from anybody and deliveries shall go on all the same.
     */
    private static final Duration PROOF_VALID = Duration.ofSeconds(4);

    private static final Duration PROOF_EVERY = Duration.ofMillis(500);
    private static final Duration WITHIN = Duration.ofSeconds(3);

    /** Kafka forgets offsets of topics that the group does not subscribe to after seven days without a commit. */
    private static final Duration REMIND_EVERY = Duration.ofHours(1);

    private final Consumer<String, byte[]> lanes;
    private final Clock clock;
    private final OwnershipProof proof = new OwnershipProof(PROOF_VALID, PROOF_EVERY);
    private boolean inFlight;
    private long lastCommit;
    private long lastReminder;

    LaneOffsets(Consumer<String, byte[]> lanes, Clock clock) {
        this.lanes = lanes;
        this.clock = clock;
        this.lastReminder = clock.millis();
    }

    /** The last commits of whoever owned these partitions before. */
    Map<TopicPartition, Optional<OffsetAndMetadata>> committed(Set<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> found = lanes.committed(partitions, WITHIN);
        Map<TopicPartition, Optional<OffsetAndMetadata>> all = new HashMap<>();
        partitions.forEach(partition -> all.put(partition, Optional.ofNullable(found.get(partition))));
        return all;
    }

    /** Whether deliveries may be made now; asks the coordinator when the last proof is too old. */
    boolean fresh(Collection<HeldPartition> held) {
        return proof.fresh(clock.millis()) || prove(held);
    }

    private boolean prove(Collection<HeldPartition> held) {
        Map<HeldPartition, LaneMark> marks = new LinkedHashMap<>();
        held.forEach(partition -> marks.put(partition, partition.tracker().mark()));
        LOG.atDebug().addKeyValue("partitions", marks.size()).log("ownership must be proven anew");
        return commitNow(marks);
    }

    /** Nothing is owned for certain any more. */
    void lost() {
        proof.lost();
    }

    /** Commits what ended since the last time, now and then, without waiting; with nothing to commit it still renews the proof. */
    void tick(Collection<HeldPartition> held) {
        long now = clock.millis();
        if (inFlight || held.isEmpty() || (now - lastCommit < COMMIT_EVERY.toMillis() && now >= lastCommit)) {
            return;
        }
        Map<HeldPartition, LaneMark> marks = due(held, now);
        if (marks.isEmpty()) {
            return;
        }
        lastCommit = now;
        inFlight = true;
        lanes.commitAsync(offsets(marks), (offsets, failure) -> {
            inFlight = false;
            if (failure == null) {
                proof.accepted(now);
                marks.forEach(HeldPartition::committed);
            } else {
                refused(failure);
            }
        });
    }

    private Map<HeldPartition, LaneMark> due(Collection<HeldPartition> held, long now) {
        boolean remind = now - lastReminder >= REMIND_EVERY.toMillis();
        Map<HeldPartition, LaneMark> marks = new LinkedHashMap<>();
        for (HeldPartition partition : held) {
            LaneMark mark = partition.tracker().mark();
            if (remind || partition.differs(mark)) {
                marks.put(partition, mark);
            }
        }
        if (remind) {
            lastReminder = now;
        }
        if (marks.isEmpty() && proof.renewalDue(now)) {
            HeldPartition any = held.iterator().next();
            marks.put(any, any.tracker().mark());
        }
        return marks;
    }

    /** Commits and waits; false when the coordinator did not accept it, for whatever reason. */
    boolean commitNow(Map<HeldPartition, LaneMark> marks) {
        if (marks.isEmpty()) {
            return true;
        }
        long sentAt = clock.millis();
        try {
            lanes.commitSync(offsets(marks), WITHIN);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            refused(e);
            return false;
        }
        lastCommit = sentAt;
        proof.accepted(sentAt);
        marks.forEach(HeldPartition::committed);
        return true;
    }

    private void refused(Exception failure) {
        if (failure instanceof CommitFailedException) {
            proof.lost();
        }
        // During a rebalance every commit is refused; that is ordinary, and the next one follows soon.
        LOG.atLevel(failure instanceof RebalanceInProgressException ? Level.DEBUG : Level.WARN)
                .addKeyValue("cause", failure.getMessage())
                .log("offsets of lanes were not accepted");
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Map<HeldPartition, LaneMark> marks) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        marks.forEach((held, mark) -> offsets.put(held.partition(), committable(mark)));
        return offsets;
    }

    static OffsetAndMetadata committable(LaneMark mark) {
        return new OffsetAndMetadata(mark.offset(), mark.text());
    }
}
