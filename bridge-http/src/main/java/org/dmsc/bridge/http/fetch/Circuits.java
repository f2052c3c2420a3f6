package org.dmsc.bridge.http.fetch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.fetch.Breaker;
import org.dmsc.tenant.fetch.FetchOrder;

/** One breaker for each tenant and host, and a bound on what a tenant has under way: what one does touches no other. Thread-safe. */
final class Circuits {

    private static final int MOST_KEPT = 10_000;

    private final LongSupplier nanos;
    private final int mostAtOnce;
    private final Cache<TenantId, AtomicInteger> underWay =
            Caffeine.newBuilder().maximumSize(MOST_KEPT).build();
    private final Cache<Key, Breaker> breakers =
            Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

    /** @param mostAtOnce of one tenant */
    Circuits(LongSupplier nanos, int mostAtOnce) {
        this.nanos = nanos;
        this.mostAtOnce = mostAtOnce;
    }

    private record Key(TenantId tenant, String authority) {}

    /**
     * Begins a call.
     *
     * @throws RefusedException UNAVAILABLE while the breaker is open, OVERLOADED when the tenant has too many calls under way
     */
    Circuit enter(FetchOrder order) {
        AtomicInteger mine = underWay.get(order.tenant(), tenant -> new AtomicInteger());
        if (mine.incrementAndGet() > mostAtOnce) {
            mine.decrementAndGet();
            throw new RefusedException(
                    Refusal.OVERLOADED,
                    "url: tenant " + order.tenant() + " has " + mostAtOnce
                            + " fetches under way (expected to try again when one has ended)");
        }
        Breaker breaker =
                breakers.get(new Key(order.tenant(), order.destination().authority()), key -> new Breaker(nanos));
        if (!breaker.mayCall()) {
            mine.decrementAndGet();
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "url: " + order.destination().authority()
                            + " failed too often and is left alone for a while (expected to try again in 30 s)");
        }
        return new Circuit(breaker, mine);
    }

    /** A call under way; ends once. */
    record Circuit(Breaker breaker, AtomicInteger underWay) {

        void succeeded() {
            underWay.decrementAndGet();
            breaker.succeeded();
        }

        void failed() {
            underWay.decrementAndGet();
            breaker.failed();
        }
    }
}
