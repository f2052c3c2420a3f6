package org.dmsc.tenant.rules;

import java.util.Optional;
import org.dmsc.tenant.rules.Verdict.Denied;

/**
 * The steps of the order that need more than documents: they are asked in their place, and only when everything before let the request
 * pass. A part of the fabric that has no such step passes {@link #NONE}.
 */
public interface Checks {

    /** No such steps here. */
    Checks NONE = new Checks() {
        @Override
        public Optional<Denied> revoked() {
            return Optional.empty();
        }

        @Override
        public Optional<Denied> overQuota() {
            return Optional.empty();
        }
    };

    /** Why the caller's credential does not count any more. */
    Optional<Denied> revoked();

    /** Which limit is reached; asking takes from it. */
    Optional<Denied> overQuota();
}
