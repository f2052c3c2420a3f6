package org.dmsc.bridge.core.ask;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.NoteSigner;
import org.dmsc.tenant.log.Receipt;

/**
 * Signs what this gateway promises to its callers. Thread-safe.
 *
 * @param signers with each of these keys
 */
public record Receipts(LogOrigin origin, List<NoteSigner> signers, Clock clock) {

    public Receipts {
        signers = List.copyOf(signers);
    }

    /** For a task of that tenant that Kafka has now; some ten microseconds of work. */
    String of(TenantId tenant, String taskId) {
        return Receipt.now(origin.of(tenant.value()), taskId, clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .signed(signers);
    }
}
