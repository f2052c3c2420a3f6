package org.dmsc.bridge.core.lanes;

import org.apache.kafka.common.TopicPartition;

/** An inbox partition that is being read here. Lane loop's thread only, except the tracker. */
final class HeldPartition {

    private final TopicPartition partition;
    private final Takeover takeover;
    private final OffsetTracker tracker;
    private long committedOffset;
    private String committedText;

    HeldPartition(TopicPartition partition, Takeover takeover) {
        this.partition = partition;
        this.takeover = takeover;
        this.tracker = new OffsetTracker(takeover.start());
        this.committedOffset = -1;
        this.committedText = "";
    }

    TopicPartition partition() {
        return partition;
    }

    Takeover takeover() {
        return takeover;
    }

    OffsetTracker tracker() {
        return tracker;
    }

    /** What the first commit of this ownership says: that somebody is at work, and what is known to have ended. */
    LaneMark firstMark() {
        return new LaneMark(
                LaneMark.Tenure.HELD,
                takeover.next(),
                takeover.open().stream().sorted().toList());
    }

    /**
     * What to commit when the lane goes. Only who has read past everything that was uncertain may say that the rest is fresh; otherwise the
     * next owner must think what this one thought.
     */
    LaneMark leaveMark() {
        LaneMark mark = tracker.mark();
        return mark.next() >= takeover.freshFrom() ? mark.left() : mark;
    }

    boolean differs(LaneMark mark) {
        return mark.offset() != committedOffset || !mark.text().equals(committedText);
    }

    void committed(LaneMark mark) {
        committedOffset = mark.offset();
        committedText = mark.text();
    }
}
