package org.dmsc.tenant.enrol;

import java.util.ArrayList;
import java.util.List;
import org.dmsc.schemas.avro.EnrolmentEvent;

/** A log that is read back at once, by each of its readers on its own. */
public final class MemoryEnrolmentLog implements EnrolmentLog {

    private final List<EnrolmentEvent> shared;
    private final Invitations invitations = new Invitations();
    private int read;

    public MemoryEnrolmentLog() {
        this(new ArrayList<>());
    }

    private MemoryEnrolmentLog(List<EnrolmentEvent> shared) {
        this.shared = shared;
    }

    /** Another process on the same log. */
    public MemoryEnrolmentLog another() {
        return new MemoryEnrolmentLog(shared);
    }

    /** All that was written. */
    public List<EnrolmentEvent> events() {
        synchronized (shared) {
            return List.copyOf(shared);
        }
    }

    @Override
    public void append(EnrolmentEvent event) {
        synchronized (shared) {
            shared.add(event);
            for (; read < shared.size(); read++) {
                invitations.apply(shared.get(read));
            }
        }
    }

    @Override
    public void appendLater(EnrolmentEvent event) {
        append(event);
    }

    @Override
    public Invitations invitations() {
        synchronized (shared) {
            for (; read < shared.size(); read++) {
                invitations.apply(shared.get(read));
            }
        }
        return invitations;
    }
}
