package org.dmsc.tenant.enrol;

import org.dmsc.schemas.avro.EnrolmentEvent;

/** The one log in which all gateways write what happens to one-time tokens, in one order that all see. */
public interface EnrolmentLog {

    /**
     * Appends, and returns when {@link #invitations} has folded everything up to and including this event. Blocks.
     *
     * @throws org.dmsc.schemas.RefusedException UNAVAILABLE when that is not certain; the event may have been appended all the same
     */
    void append(EnrolmentEvent event);

    /** Appends some time soon. MUST NOT block. */
    void appendLater(EnrolmentEvent event);

    /** What the log says up to where this process has read it. */
    Invitations invitations();
}
