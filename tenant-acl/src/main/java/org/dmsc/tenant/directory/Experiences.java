package org.dmsc.tenant.directory;

import java.util.Optional;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.intent.Experience;

/** What each tenant's finished tasks taught. Thread-safe; answers from memory. */
@FunctionalInterface
public interface Experiences {

    /** Nobody has learnt anything. */
    Experiences NONE = tenant -> Optional.empty();

    /** Of this tenant alone; empty while none of its tasks has taught anything, or its key cannot be opened here. */
    Optional<Experience> of(TenantId tenant);
}
