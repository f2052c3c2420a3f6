package org.dmsc.tenant.admin;

import java.util.List;
import org.dmsc.schemas.avro.TenantRecord;

/**
 * What is left of a tenant.
 *
 * @param tombstone its record, which keeps the id from ever being given again
 * @param steps what was done, in order
 * @param destroyed ids of keys and names of topics that are no more
 * @param remains what the fabric cannot destroy, or could not
 * @param deletionRecord the signed statement, a compact JWS; it is in the audit log, too
 */
public record Offboarded(
        TenantRecord tombstone, List<Step> steps, List<String> destroyed, List<String> remains, String deletionRecord) {

    public Offboarded {
        steps = List.copyOf(steps);
        destroyed = List.copyOf(destroyed);
        remains = List.copyOf(remains);
    }

    /** One of them. */
    public record Step(String name, long millis, String result) {}
}
