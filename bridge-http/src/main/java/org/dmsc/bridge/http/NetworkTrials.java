package org.dmsc.bridge.http;

import java.util.Optional;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.tenant.policy.NetworkGate;

/** The network rules of this edge, whose dry runs go to the audit log of the tenant whose rule it is. */
final class NetworkTrials {

    private NetworkTrials() {}

    static NetworkGate gate(HttpEdgeParts parts) {
        return new NetworkGate(
                parts.policies(),
                (tenant, refused) -> parts.audit()
                        .refused(RefusalNote.anonymous("http", refused, Optional.empty())
                                .forTenant(tenant)
                                .dryRun()));
    }
}
