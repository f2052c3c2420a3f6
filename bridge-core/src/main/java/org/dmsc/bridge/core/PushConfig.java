package org.dmsc.bridge.core;

import java.util.Optional;

/**
 * Where a caller wants to be told of a task's updates.
 *
 * @param id unique within its task
 * @param token goes back to the receiver in a header of its own, and keys the signature
 * @param authentication what the receiver wants to see in {@code Authorization}
 */
public record PushConfig(
        String taskId, String id, String url, Optional<String> token, Optional<Authentication> authentication) {

    /** Scheme and credentials of an {@code Authorization} header. */
    public record Authentication(String scheme, Optional<String> credentials) {

        @Override
        public String toString() {
            return "Authentication[" + scheme + ", redacted]";
        }
    }

    @Override
    public String toString() {
        return "PushConfig[" + taskId + ", " + id + "]";
    }
}
