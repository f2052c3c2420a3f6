package org.dmsc.tenant.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsc.tenant.revocation.RevocationListTest.AGENT;
import static org.dmsc.tenant.revocation.RevocationListTest.NOW;
import static org.dmsc.tenant.revocation.RevocationListTest.certificate;
import static org.dmsc.tenant.revocation.RevocationListTest.token;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.tenant.testing.HandClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class LiveConnectionsTest {

    private final AtomicReference<Duration> age = new AtomicReference<>(Duration.ZERO);
    private final RevocationList list = new RevocationList(age::get);
    private final HandClock clock = new HandClock();
    private final LiveConnections connections = new LiveConnections(list, clock);
    private final AtomicInteger cuts = new AtomicInteger();

    private LiveConnection open() {
        return connections.open(why -> {
            cuts.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        });
    }

    private int revoke(RevocationKey key, long generation) {
        Revocation news = RevocationListTest.of(key, NOW.plusSeconds(1), generation);
        list.apply(news);
        return connections.cut(news).toCompletableFuture().join();
    }

    @Test
    void cutsAllConnectionsOfAnIdentityAndNoOther() {
        LiveConnection one = open();
        LiveConnection two = open();
        LiveConnection closed = open();
        LiveConnection anonymous = open();
        one.admit(List.of(certificate(1, NOW)));
        two.admit(List.of(token("t", NOW)));
        closed.admit(List.of(certificate(1, NOW)));
        closed.close();

        assertThat(revoke(RevocationKey.identity(AGENT), 1)).isEqualTo(2);

        assertThat(cuts).hasValue(2);
        assertThat(connections.count()).isZero();
        refused(Refusal.REVOKED, () -> one.admit(List.of(certificate(1, NOW))));
        refused(Refusal.REVOKED, two::requireAdmitted);
        anonymous.requireAdmitted();
    }

    @Test
    void aRefusedTokenLeavesTheConnectionAsItWas() {
        LiveConnection live = open();
        live.admit(List.of(certificate(1, NOW)));
        assertThat(revoke(RevocationKey.ofIssuer(RevocationKind.JTI, new TenantId("acme"), "t"), 1))
                .isZero();

        refused(Refusal.REVOKED, () -> live.admit(List.of(token("t", NOW))));

        live.admit(List.of(certificate(1, NOW)));
        assertThat(revoke(RevocationKey.identity(AGENT), 2))
                .as("found by what the certificate still shows")
                .isEqualTo(1);
    }

    @Test
    void aTokenThatEndedIsForgotten() {
        LiveConnection live = open();
        live.admit(List.of(certificate(1, NOW)));
        for (int i = 0; i < 100; i++) {
            live.admit(List.of(token("t" + i, NOW)));
            clock.advance(Duration.ofMinutes(6));
        }

        assertThat(revoke(RevocationKey.ofIssuer(RevocationKind.JTI, new TenantId("acme"), "t3"), 1))
                .isZero();
        assertThat(revoke(RevocationKey.identity(AGENT), 2)).isEqualTo(1);
    }

    @Test
    @DisplayName("case 17: a connection does not outlive the certificate that was shown on it")
    void endsWithItsCertificate() {
        open().admit(List.of(certificate(1, NOW)));
        open().admit(List.of(token("t", NOW)));
        clock.advance(Duration.ofSeconds(3599));
        assertThat(connections.sweep().toCompletableFuture().join()).isZero();

        clock.advance(Duration.ofSeconds(1));

        assertThat(connections.sweep().toCompletableFuture().join()).isEqualTo(1);
        assertThat(connections.sweep().toCompletableFuture().join()).isZero();
    }

    @Test
    @DisplayName("case 14: deaf to revocations, nobody new after 2 s, those who are there for 30 s")
    void keepsWhoIsThereForTheGraceOnly() {
        LiveConnection before = open();
        before.admit(List.of(certificate(1, NOW)));

        age.set(Duration.ofSeconds(3));
        refused(Refusal.REVOCATIONS_STALE, () -> open().admit(List.of(certificate(1, NOW))));
        refused(Refusal.REVOCATIONS_STALE, () -> before.admit(List.of(token("t", NOW))));
        before.admit(List.of(certificate(1, NOW)));
        before.requireAdmitted();
        assertThat(connections.sweep().toCompletableFuture().join()).isZero();

        age.set(Duration.ofSeconds(31));
        refused(Refusal.REVOCATIONS_STALE, before::requireAdmitted);
        assertThat(connections.sweep().toCompletableFuture().join()).isEqualTo(1);

        age.set(Duration.ZERO);
        open().admit(List.of(certificate(1, NOW)));
    }

    @Test
    @DisplayName("case 13: a revocation races an admission, 200 times: no connection survives")
    void noConnectionSurvivesARace() throws Exception {
        race(200);
    }

    @Test
    @Tag("long")
    @DisplayName("case 13: the same 10,000 times")
    void noConnectionSurvivesManyRaces() throws Exception {
        race(10_000);
    }

    private void race(int trials) throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < trials; i++) {
                LiveConnections own = new LiveConnections(new RevocationList(() -> Duration.ZERO), clock);
                AtomicBoolean cut = new AtomicBoolean();
                CyclicBarrier start = new CyclicBarrier(2);
                Future<Boolean> admitted = two.submit(() -> {
                    start.await();
                    LiveConnection live = own.open(why -> {
                        cut.set(true);
                        return CompletableFuture.completedFuture(null);
                    });
                    return isAdmitted(live);
                });
                Future<Integer> revoked = two.submit(() -> {
                    start.await();
                    Revocation news = RevocationListTest.of(RevocationKey.identity(AGENT), NOW.plusSeconds(1), 1);
                    own.list().apply(news);
                    return own.cut(news).toCompletableFuture().join();
                });
                boolean in = admitted.get();
                revoked.get();
                assertThat(in && !cut.get()).as("survived in trial " + i).isFalse();
            }
        } finally {
            two.shutdownNow();
        }
    }

    private static boolean isAdmitted(LiveConnection live) {
        try {
            live.admit(List.of(certificate(1, NOW)));
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    private static void refused(Refusal refusal, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    }
}
