package org.dmsc.bridge.core.lanes;

import java.time.Duration;

/**
 * Whether this process may still believe that it owns its lanes (design 14.3). The group's coordinator keeps a member that it heard of for one
 * session; a commit that it accepted proves membership at the time it was sent. A proof counts for half a session, so that a process that was
 * stopped and wakes up asks before it delivers. Used by the lane loop's thread and by the callbacks it runs.
 */
final class OwnershipProof {

    private final long validMillis;
    private final long renewMillis;
    private long provenAt;
    private boolean proven;

    OwnershipProof(Duration valid, Duration renew) {
        this.validMillis = valid.toMillis();
        this.renewMillis = renew.toMillis();
    }

    /** The coordinator accepted a commit that was sent at that time. */
    void accepted(long sentAt) {
        if (!proven || sentAt > provenAt) {
            proven = true;
            provenAt = sentAt;
        }
    }

    /** Nothing is proven any more. */
    void lost() {
        proven = false;
    }

    /** Whether a delivery may be made now. A clock that went back proves nothing. */
    boolean fresh(long now) {
        return proven && now >= provenAt && now - provenAt <= validMillis;
    }

    /** Whether it is time for a new proof even if there is nothing to commit. */
    boolean renewalDue(long now) {
        return !proven || now < provenAt || now - provenAt >= renewMillis;
    }
}
