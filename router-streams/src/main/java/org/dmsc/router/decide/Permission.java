package org.dmsc.router.decide;

import java.util.List;
import java.util.Optional;
import org.dmsc.tenant.rules.Grant;
import org.dmsc.tenant.rules.Verdict.Denied;

/**
 * Whether policy lets the caller's tenant have a candidate do the task.
 *
 * @param denied why not; empty when it does
 * @param grant that lets it, where the candidate is another tenant's
 * @param trials what rules in a dry run would have refused
 */
public record Permission(Optional<Denied> denied, Optional<Grant> grant, List<Denied> trials) {

    /** Nothing stands against it, and nothing was needed. */
    public static final Permission FREE = new Permission(Optional.empty(), Optional.empty(), List.of());

    public Permission {
        trials = List.copyOf(trials);
    }

    /** It may not. */
    public static Permission no(Denied denied) {
        return new Permission(Optional.of(denied), Optional.empty(), denied.trials());
    }
}
