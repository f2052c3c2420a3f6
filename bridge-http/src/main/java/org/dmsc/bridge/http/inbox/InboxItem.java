package org.dmsc.bridge.http.inbox;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What an agent finds in its inbox.
 *
 * @param delivery the name under which it is acknowledged and answered
 * @param request {@code SendMessageRequest} of A2A, or {@code CancelTaskRequest}
 */
public record InboxItem(Kind kind, String delivery, ObjectNode request) {

    /** What is wanted. */
    public enum Kind {
        /** A task, or a message that follows one. */
        DELIVERY,
        /** That a task be dropped. */
        CANCEL
    }
}
