package org.dmsc.tenant.directory;

import org.dmsc.schemas.avro.TenantRecord;

/**
 * How far a process is on {@code dmsc.sys.tenants}: the sum of the generations of all records that it knows. The topic has one partition and
 * each change raises a generation, so a process whose sum is not lower than another's knows all that the other knows.
 */
public final class TenantsGeneration {

    private TenantsGeneration() {}

    /** The sum as it is now. */
    public static long of(Tenants tenants) {
        return tenants.all().stream().mapToLong(TenantRecord::getGeneration).sum();
    }
}
