package org.dmsc.bridge.core.assembly;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;

/** The tenants whose topics are read: all but those that are gone. Suspended ones too, so that what comes for them is refused, not left. */
final class TenantSet {

    private final Set<TenantId> readable = ConcurrentHashMap.newKeySet();
    private final Consumer<Set<TenantId>> onChange;

    TenantSet(Consumer<Set<TenantId>> onChange) {
        this.onChange = onChange;
    }

    void accept(TenantRecord tenant) {
        TenantId id = new TenantId(tenant.getTenant());
        boolean changed = tenant.getState() == TenantState.OFFBOARDED ? readable.remove(id) : readable.add(id);
        if (changed) {
            onChange.accept(Set.copyOf(readable));
        }
    }

    Set<TenantId> now() {
        return Set.copyOf(readable);
    }
}
