package org.dmsc.tenant.policy;

import java.util.Collection;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.rules.Access.Origin;

/** Where a task came from, told by who delegated it before. */
public final class Crossings {

    private Crossings() {}

    /**
     * Whether the task was another tenant's before it became the caller's.
     *
     * @param ancestors {@code <tenant>/<agent>} of every delegator above
     */
    public static Origin origin(TenantId caller, Collection<String> ancestors) {
        boolean foreign = ancestors.stream().anyMatch(ancestor -> !ancestor.startsWith(caller.value() + "/"));
        return foreign ? Origin.FROM_ANOTHER_TENANT : Origin.OWN;
    }
}
