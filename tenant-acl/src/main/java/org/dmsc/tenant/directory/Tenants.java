package org.dmsc.tenant.directory;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;

/** The tenants of this fabric as this process knows them: held in memory, fed by {@code dmsc.sys.tenants}. Thread-safe, never blocks. */
public interface Tenants {

    /** The tenant's newest record; empty when there never was one. */
    Optional<TenantRecord> find(TenantId tenant);

    /** All tenants, whatever their state, ordered by id. */
    List<TenantRecord> all();

    /** Calls back with each record that is known now and with each change from now on, on the feeding thread: listeners MUST NOT block. */
    void onChange(Consumer<TenantRecord> listener);
}
