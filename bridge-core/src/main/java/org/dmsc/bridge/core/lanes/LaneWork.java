package org.dmsc.bridge.core.lanes;

import java.util.Set;

/** What is done with the records of owned lanes. Every method is called on the lane loop's thread and MUST NOT block. */
public interface LaneWork {

    /** A record to act on; the lane was proven to be owned just now. */
    void take(LaneRecord record);

    /** Called many times a second, and only while the lanes are proven to be owned. */
    void tick();

    /** These lanes go to another owner soon: end what is still waiting, begin nothing new there. */
    void leaving(Set<Integer> lanes);

    /** What has not ended by now MUST be ended as failed at once: the lanes go now. */
    void cutOff(Set<Integer> lanes);

    /** These lanes are somebody else's already: forget what waits, deliver nothing of it. */
    void lost(Set<Integer> lanes);
}
