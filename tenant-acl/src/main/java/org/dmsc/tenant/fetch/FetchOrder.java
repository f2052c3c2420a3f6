package org.dmsc.tenant.fetch;

import java.util.Optional;
import org.dmsc.schemas.TenantId;

/**
 * What to fetch, for whom.
 *
 * @param tenant on whose behalf: its breaker, its host policy, its audit log
 * @param trust whom to believe on the other side
 * @param known what is had already: only what is new is wanted, and that it is there no more is an answer, too
 */
public record FetchOrder(TenantId tenant, Destination destination, Trust trust, Optional<Freshness> known) {

    /** For the first time. */
    public FetchOrder(TenantId tenant, Destination destination, Trust trust) {
        this(tenant, destination, trust, Optional.empty());
    }

    /** Whose certificates count. */
    public enum Trust {
        /** Those of the public web and those the configuration adds, for the host's name. */
        WEB,
        /** Those of this fabric's agents, whatever the host's name; ours is shown. */
        FABRIC
    }
}
