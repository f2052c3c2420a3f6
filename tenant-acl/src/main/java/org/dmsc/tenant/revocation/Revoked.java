package org.dmsc.tenant.revocation;

import java.util.List;
import java.util.Set;

/**
 * What came of a revocation.
 *
 * @param acknowledged by gateway name; empty when nobody waited
 * @param missing live gateways that did not acknowledge in time
 */
public record Revoked(Revocation revocation, List<Acknowledgement> acknowledged, Set<String> missing) {

    public Revoked {
        acknowledged = List.copyOf(acknowledged);
        missing = Set.copyOf(missing);
    }
}
