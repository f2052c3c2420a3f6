package org.dmsc.tenant.policy;

import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.TenantRecord;

/** The gatekeeper's answer. */
public sealed interface Admission {

    /** Go on, within the limits of the caller's tenant. */
    record Admitted(TenantRecord tenant) implements Admission {}

    /** Stop. */
    record Denied(Refusal refusal, String sentence) implements Admission {}
}
