package org.dmsc.tenant.policy;

import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.rules.Verdict;
import org.dmsc.tenant.rules.Verdict.Mask;

/** The gatekeeper's answer. */
public sealed interface Admission {

    /**
     * Go on, within the limits of the caller's tenant.
     *
     * @param ingress what the message MUST go through before it is sealed
     * @param trials what rules in a dry run would have refused
     */
    record Admitted(TenantRecord tenant, Optional<Mask> ingress, List<Verdict.Denied> trials) implements Admission {

        public Admitted {
            trials = List.copyOf(trials);
        }
    }

    /** Stop. */
    record Denied(Refusal refusal, String sentence) implements Admission {}
}
