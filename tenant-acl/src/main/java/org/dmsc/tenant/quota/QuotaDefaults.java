package org.dmsc.tenant.quota;

import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.Rate;

/**
 * What one tenant may take of one gateway where its document sets no limit: far above what a tenant needs, far below what would leave nothing
 * for the others. Not shared between gateways.
 *
 * @param bodyBytes of request bodies that are being read at once; there is no key for it in the document
 */
public record QuotaDefaults(Rate requests, long connections, long inFlightTasks, long subscriptions, long bodyBytes) {

    /** For a gateway of any size. */
    public static final QuotaDefaults USUAL =
            new QuotaDefaults(new Rate(10_000, 20_000), 5_000, 10_000, 50_000, 128L * 1024 * 1024);

    static long orDefault(long wished, long usual) {
        return wished == Quotas.UNLIMITED ? usual : wished;
    }
}
