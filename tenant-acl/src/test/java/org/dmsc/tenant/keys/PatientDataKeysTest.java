package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Case 86: keys that cannot be had, for one tenant. */
@Tag("case-86")
final class PatientDataKeysTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

    private final MemoryVault vault = new MemoryVault().withTenant("acme").withTenant("globex");
    private final HandClock clock = new HandClock();
    private final Service service = new Service(new VaultDataKeys(vault, new SecureRandom()));
    private final PatientDataKeys patient = new PatientDataKeys(service, clock);
    private final AesGcmEnvelopeCipher cipher = new AesGcmEnvelopeCipher(
            patient, new SecureRandom(), clock, new Continuity(clock, () -> clock.millis() * 1_000_000L));

    @Test
    void onlyTheTenantWhoseKeysFailIsRefusedAndItRecoversByItself() {
        service.failing = true;
        assertRefused(Refusal.UNAVAILABLE, () -> seal(ACME));
        for (int i = 0; i < 100; i++) {
            assertRefused(Refusal.UNAVAILABLE, () -> seal(ACME));
        }
        assertThat(service.calls).as("nobody asks while it pauses").hasValue(1);
        seal(GLOBEX);

        clock.advance(PatientDataKeys.FIRST_PAUSE);
        assertRefused(Refusal.UNAVAILABLE, () -> seal(ACME));
        clock.advance(PatientDataKeys.FIRST_PAUSE);
        assertRefused(Refusal.UNAVAILABLE, () -> seal(ACME));
        assertThat(service.calls).as("the pause grew").hasValue(2);

        service.failing = false;
        clock.advance(PatientDataKeys.FIRST_PAUSE);
        assertThat(cipher.open(seal(ACME))).isEqualTo(TEXT);
    }

    @Test
    void thePauseNeverGrowsBeyondItsBound() {
        service.failing = true;
        for (int i = 0; i < 20; i++) {
            assertRefused(Refusal.UNAVAILABLE, () -> seal(ACME));
            clock.advance(PatientDataKeys.LONGEST_PAUSE);
        }

        assertThat(service.calls).hasValue(20);
    }

    @Test
    void aRunningProcessGoesOnWithItsKeysUntilTheirHourIsOver() {
        SealedPart before = seal(ACME);
        service.failing = true;
        clock.advance(Duration.ofMinutes(10));

        assertThat(cipher.open(seal(ACME))).isEqualTo(TEXT);
        assertThat(cipher.open(before)).isEqualTo(TEXT);
        clock.advance(Duration.ofMinutes(50));
        assertRefused(Refusal.UNAVAILABLE, () -> seal(ACME));
    }

    @Test
    void manyWhoNeedOneKeyAskOnceAndASlowTenantKeepsNobodyElse() throws Exception {
        SealedPart sealed =
                new AesGcmEnvelopeCipher(vault, new SecureRandom(), clock).seal(KeyClass.PAYLOAD, context(ACME), TEXT);
        service.slow = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<byte[]> open = () -> cipher.open(sealed);
            List<Future<byte[]>> opened =
                    Stream.generate(() -> threads.submit(open)).limit(8).toList();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (patient.joining() < 7) {
                assertThat(System.nanoTime())
                        .as("seven wait for the first one's answer")
                        .isLessThan(deadline);
                Thread.onSpinWait();
            }

            seal(GLOBEX);
            service.slow.countDown();

            for (Future<byte[]> one : opened) {
                assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(TEXT);
            }
            assertThat(service.calls).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aWrongVersionAndADestroyedKeyAreNoOutage() {
        SealedPart part = seal(ACME);
        SealedPart wrong =
                SealedPart.newBuilder(part).setKeyId("acme/payload/9").build();

        assertRefused(Refusal.UNREADABLE, () -> cipher.open(wrong));
        assertThat(cipher.open(part)).isEqualTo(TEXT);
        seal(ACME);
    }

    private SealedPart seal(TenantId tenant) {
        return cipher.seal(KeyClass.PAYLOAD, context(tenant), TEXT);
    }

    private static SealContext context(TenantId tenant) {
        return new SealContext(tenant, "tasks", "m", "s", "", "t", 0, 1);
    }

    /** Counts, fails or waits for acme only. */
    private static final class Service implements DataKeys {

        private final DataKeys real;
        private final AtomicInteger calls = new AtomicInteger();
        private volatile boolean failing;
        private volatile CountDownLatch slow = new CountDownLatch(0);

        Service(DataKeys real) {
            this.real = real;
        }

        @Override
        public Fresh generate(TenantId tenant, KeyClass keyClass) {
            ask(tenant.value());
            return real.generate(tenant, keyClass);
        }

        @Override
        public SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped) {
            ask(tenant);
            return real.unwrap(tenant, keyId, wrapped);
        }

        @Override
        public void forget(TenantId tenant) {
            real.forget(tenant);
        }

        private void ask(String tenant) {
            if (!tenant.equals("acme")) {
                return;
            }
            calls.incrementAndGet();
            try {
                assertThat(slow.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (failing) {
                throw new RefusedException(Refusal.UNAVAILABLE, "the key service is down");
            }
        }
    }
}
