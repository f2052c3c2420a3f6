package org.dmsc.tenant.keys.remote;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.apache.kafka.common.errors.TimeoutException;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.keys.DataKeys;
import org.dmsc.tenant.keys.KeyClass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link DataKeys} for threads that follow topics: a record whose key cannot be had now is waited for, because passing over it would lose it.
 * Nothing is lost and nothing decided meanwhile. Thread-safe.
 */
public final class AwaitedDataKeys implements DataKeys {

    private static final Logger LOG = LoggerFactory.getLogger(AwaitedDataKeys.class);
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final DataKeys service;
    private final Duration patience;

    /**
     * @param patience after which a stream thread gives its task back and takes it up again from its last commit: well below the time after
     *     which its group would leave it behind
     */
    public AwaitedDataKeys(DataKeys service, Duration patience) {
        this.service = service;
        this.patience = patience;
    }

    @Override
    public Fresh generate(TenantId tenant, KeyClass keyClass) {
        return awaited(() -> service.generate(tenant, keyClass));
    }

    @Override
    public SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped) {
        return awaited(() -> service.unwrap(tenant, keyId, wrapped));
    }

    @Override
    public void forget(TenantId tenant) {
        service.forget(tenant);
    }

    /**
     * The answer.
     *
     * @throws TimeoutException of Kafka's, which makes Streams begin again at the last commit, when it was not had in time
     */
    private <T> T awaited(Supplier<T> question) {
        long end = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            try {
                return question.get();
            } catch (RefusedException e) {
                if (e.refusal() != Refusal.UNAVAILABLE || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                if (!told) {
                    LOG.atWarn().log("keys cannot be had, waiting for them: " + e.sentence());
                    told = true;
                }
                pause(end, e);
            }
        }
    }

    private static void pause(long end, RefusedException why) {
        if (System.nanoTime() > end) {
            throw new TimeoutException("keys could not be had in time: " + why.sentence());
        }
        try {
            TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw why;
        }
    }
}
