package org.dmsc.tenant.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.fetch.Destination;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.fetch.Fetcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of outside issuers: fetched in the background before anybody asks, kept through outages, apart for each tenant even where two
 * believe the same issuer. No request ever waits for a fetch. Thread-safe.
 */
public final class OutsideKeys implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutsideKeys.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration FORGET = Duration.ofHours(5);
    private static final int MOST_SETS = 10_000;

    private final Fetcher fetcher;
    private final Clock clock;
    private final Cache<Source, KeySet> sets = Caffeine.newBuilder()
            .maximumSize(MOST_SETS)
            .expireAfterAccess(FORGET)
            .build();
    private final Set<Source> underWay = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, OutsideKeys::thread);

    public OutsideKeys(Fetcher fetcher, Clock clock) {
        this.fetcher = fetcher;
        this.clock = clock;
    }

    private record Source(TenantId tenant, URI jwks) {}

    /** Begins to fetch what active tenants' issuers have, and goes on until closed. */
    public void start(Tenants tenants, OutsideIssuers issuers) {
        var unused = timer.scheduleWithFixedDelay(
                () -> refresh(tenants, issuers), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** Fetches what is due. */
    void refresh(Tenants tenants, OutsideIssuers issuers) {
        for (TenantRecord record : tenants.all()) {
            if (record.getState() == TenantState.ACTIVE) {
                TenantId tenant = new TenantId(record.getTenant());
                try {
                    issuers.of(tenant).forEach(issuer -> refresh(tenant, issuer));
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).addKeyValue("tenant", tenant).log("outside keys cannot be refreshed");
                }
            }
        }
    }

    /** The keys that count now; empty while none could be had. */
    Optional<KeySet> known(TenantId tenant, OutsideIssuer issuer) {
        Instant now = clock.instant();
        return Optional.ofNullable(sets.getIfPresent(new Source(tenant, issuer.jwks())))
                .filter(set -> set.isKnown(now));
    }

    /** Somebody showed a token of a key that is not known: perhaps the issuer has a new one. */
    void missed(TenantId tenant, OutsideIssuer issuer) {
        fetchIf(new Source(tenant, issuer.jwks()), Reason.KEY_MISSED);
    }

    private void refresh(TenantId tenant, OutsideIssuer issuer) {
        fetchIf(new Source(tenant, issuer.jwks()), Reason.AGE);
    }

    private enum Reason {
        AGE,
        KEY_MISSED
    }

    private void fetchIf(Source source, Reason reason) {
        Instant now = clock.instant();
        KeySet set = sets.get(source, unknown -> KeySet.UNKNOWN);
        boolean wanted = reason == Reason.AGE ? set.isDue(now) : set.mayTry(now);
        if (!wanted || !underWay.add(source)) {
            return;
        }
        sets.put(source, set.tried(now));
        try {
            Destination place = Destination.of(source.jwks().toString());
            var unused = fetcher.get(new FetchOrder(source.tenant(), place, FetchOrder.Trust.WEB))
                    .whenComplete((fetched, failure) -> ended(source, fetched, failure));
        } catch (RefusedException e) {
            ended(source, null, e);
        }
    }

    /** Whatever comes instead of keys, those that are known stay. */
    private void ended(Source source, @Nullable Fetched fetched, @Nullable Throwable failure) {
        try {
            if (failure == null && fetched != null) {
                sets.put(source, KeySet.parse(fetched.body(), clock.instant()));
            } else if (failure != null) {
                warn(source, failure);
            }
        } catch (RefusedException e) {
            warn(source, e);
        } finally {
            underWay.remove(source);
        }
    }

    private static void warn(Source source, Throwable failure) {
        LOG.atWarn()
                .addKeyValue("tenant", source.tenant())
                .addKeyValue("jwks", source.jwks())
                .log("keys of an outside issuer could not be fetched, those that are known stay: "
                        + failure.getMessage());
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "dmsc-outside-keys");
        thread.setDaemon(true);
        return thread;
    }
}
