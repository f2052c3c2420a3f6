package org.dmsc.tenant.quota;

import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/** Is told what quotas do. MUST NOT block. */
public interface QuotaListener {

    /** Tells nobody. */
    QuotaListener NONE = new QuotaListener() {
        @Override
        public void refused(TenantId tenant, Quota quota) {}

        @Override
        public void trial(AgentRef agent, RefusedException refusal) {}
    };

    /** A limit was reached; whoever asked audits it. */
    void refused(TenantId tenant, Quota quota);

    /** A limit was reached whose quotas are in a dry run: the request went on. */
    void trial(AgentRef agent, RefusedException refusal);
}
