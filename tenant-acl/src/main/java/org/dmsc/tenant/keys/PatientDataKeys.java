package org.dmsc.tenant.keys;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * {@link DataKeys} that live elsewhere, asked with care: one question at a time for one data key, and none for a while for a tenant whose keys
 * could not be had, so that one tenant's failing keys do not keep the threads that serve all. Nothing needs a restart to recover.
 */
public final class PatientDataKeys implements DataKeys {

    static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final DataKeys service;
    private final Clock clock;
    private final Map<String, Outage> outages = new ConcurrentHashMap<>();
    private final Map<Question, CompletableFuture<SecretKey>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger joining = new AtomicInteger();

    public PatientDataKeys(DataKeys service, Clock clock) {
        this.service = service;
        this.clock = clock;
    }

    @Override
    public Fresh generate(TenantId tenant, KeyClass keyClass) {
        return guarded(tenant.value(), () -> service.generate(tenant, keyClass));
    }

    @Override
    public SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped) {
        Question question = new Question(tenant, keyId, wrapped);
        CompletableFuture<SecretKey> mine = new CompletableFuture<>();
        CompletableFuture<SecretKey> others = asked.putIfAbsent(question, mine);
        if (others != null) {
            return joined(others);
        }
        try {
            SecretKey key = guarded(tenant, () -> service.unwrap(tenant, keyId, wrapped));
            mine.complete(key);
            return key;
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            asked.remove(question, mine);
        }
    }

    @Override
    public void forget(TenantId tenant) {
        outages.remove(tenant.value());
        service.forget(tenant);
    }

    private <T> T guarded(String tenant, Supplier<T> question) {
        Outage outage = outages.get(tenant);
        if (outage != null && clock.millis() < outage.until()) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "keys of tenant '" + Printable.of(tenant) + "' could not be had a moment ago; asked again in "
                            + (outage.until() - clock.millis()) + " ms");
        }
        try {
            T answer = question.get();
            outages.remove(tenant);
            return answer;
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.UNAVAILABLE) {
                outages.compute(tenant, (same, before) -> Outage.after(before, clock.millis()));
            }
            throw e;
        }
    }

    /** How many wait at this moment for the answer to somebody else's question. */
    int joining() {
        return joining.get();
    }

    private SecretKey joined(CompletableFuture<SecretKey> others) {
        joining.incrementAndGet();
        try {
            return others.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw e;
        } finally {
            joining.decrementAndGet();
        }
    }

    private record Question(String tenant, String keyId, ByteBuffer wrapped) {}

    /** Not before that time, and how long the pause was. */
    private record Outage(long until, long pause) {

        static Outage after(@org.jspecify.annotations.Nullable Outage before, long now) {
            long pause =
                    before == null ? FIRST_PAUSE.toMillis() : Math.min(2 * before.pause(), LONGEST_PAUSE.toMillis());
            return new Outage(now + pause, pause);
        }
    }
}
