package org.dmsc.tenant.fetch;

import java.util.concurrent.CompletionStage;

/** Fetches what a tenant named, without becoming its tool against the inside network. Thread-safe, never blocks. */
@FunctionalInterface
public interface Fetcher {

    /**
     * GETs one URL. Redirects are not followed; an answer other than 200 is a failure, unless the order takes others: then 304, 404 and 410 are none.
     *
     * <p>Fails with {@link org.dmsc.schemas.RefusedException}: ADDRESS_NOT_ALLOWED when it may not be called, FETCH_FAILED when it does not
     * answer as it should, UNAVAILABLE while its breaker is open.
     */
    CompletionStage<Fetched> get(FetchOrder order);
}
