package org.dmsc.tenant.quota;

import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.TenantId;

/** Names of limits in reports. */
final class Limits {

    private Limits() {}

    static String of(TenantId tenant, Quota quota) {
        return tenant + ":" + quota.label();
    }

    /** The requests of one agent. */
    static String of(TenantId tenant, AgentId agent) {
        return tenant + "/" + agent;
    }
}
