package org.dmsc.tenant.policy;

import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.rules.Checks;

/** Where the gatekeeper gets the steps that need more than documents: revocation and quotas. MUST NOT block. */
@FunctionalInterface
public interface Admittance {

    /** The steps for one request of that caller. */
    Checks of(Caller caller, AdmissionRequest request);

    /** No such steps. */
    static Admittance none() {
        return (caller, request) -> Checks.NONE;
    }
}
