package org.dmsc.tenant.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.Enforcement;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.Rate;
import org.dmsc.tenant.rules.TenantPolicy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case-72")
class QuotaGateTest {

    private static final AgentRef ACME = AgentRef.of("acme", "a");
    private static final AgentRef OTHER = AgentRef.of("acme", "b");
    private static final AgentRef GLOBEX = AgentRef.of("globex", "a");
    private static final Duration HALF_SECOND = Duration.ofMillis(500);

    private final AtomicLong now = new AtomicLong(1);
    private final Map<TenantId, Quotas> quotas = new ConcurrentHashMap<>();
    private final List<RefusedException> trials = new ArrayList<>();

    @Test
    @Tag("case_72")
    void aTenantThatSendsAHundredTimesItsRateGetsItsRateAndAnotherNoticesNothing() {
        quotas.put(ACME.tenant(), requests(20, 20));
        World one = new World("one");

        int acme = 0;
        int globex = 0;
        for (int milli = 0; milli < 10_000; milli++) {
            acme += one.taken(ACME) + one.taken(ACME);
            globex += milli % 20 == 0 ? one.taken(GLOBEX) : 0;
            now.addAndGet(1_000_000);
        }

        assertThat(acme).isBetween(215, 221);
        assertThat(globex).isEqualTo(500);
    }

    @Test
    void saysWhenTheNextOneMayCome() {
        quotas.put(ACME.tenant(), requests(10, 1));
        World one = new World("one");
        one.gate.request(ACME, 0);

        assertThatThrownBy(() -> one.gate.request(ACME, 0)).isInstanceOfSatisfying(RefusedException.class, refused -> {
            assertThat(refused.refusal()).isEqualTo(Refusal.RATE_LIMITED);
            assertThat(refused.retryAfter()).contains(Duration.ofMillis(100));
        });
        now.addAndGet(Duration.ofMillis(100).toNanos());
        assertThat(one.taken(ACME)).isEqualTo(1);
    }

    @Test
    void anAgentBeyondItsOwnRateDoesNotUseUpItsTenants() {
        quotas.put(
                ACME.tenant(),
                new Quotas(
                        new Rate(10, 10),
                        new Rate(2, 2),
                        Quotas.UNLIMITED,
                        Quotas.UNLIMITED,
                        Quotas.UNLIMITED,
                        Quotas.UNLIMITED,
                        Quotas.UNLIMITED,
                        Enforcement.ENFORCED));
        World one = new World("one");

        int noisy = 0;
        for (int i = 0; i < 100; i++) {
            noisy += one.taken(ACME);
        }

        assertThat(noisy).isEqualTo(2);
        assertThat(one.taken(OTHER)).isEqualTo(1);
    }

    @Test
    void holdsNoMoreConnectionsTasksAndSubscriptionsThanAllowedAndTakesThemBack() {
        quotas.put(ACME.tenant(), numbers(2, Enforcement.ENFORCED));
        World one = new World("one");
        Holding first = one.gate.connection(ACME);
        one.gate.connection(OTHER);
        one.gate.task(ACME);
        one.gate.subscription(ACME);

        assertThat(refusal(() -> one.gate.connection(ACME))).isEqualTo(Refusal.QUOTA_EXCEEDED);
        first.close();
        first.close();
        one.gate.connection(ACME);
        assertThat(refusal(() -> one.gate.connection(ACME))).isEqualTo(Refusal.QUOTA_EXCEEDED);
        one.gate.task(ACME);
        assertThat(refusal(() -> one.gate.task(ACME))).isEqualTo(Refusal.QUOTA_EXCEEDED);
        one.gate.connection(GLOBEX);
    }

    @Test
    void aDryRunRefusesNothingAndTells() {
        quotas.put(ACME.tenant(), numbers(1, Enforcement.DRY_RUN));
        World one = new World("one");

        one.gate.task(ACME);
        one.gate.task(ACME);

        assertThat(trials)
                .singleElement()
                .satisfies(trial -> assertThat(trial.refusal()).isEqualTo(Refusal.QUOTA_EXCEEDED));
    }

    @Test
    void bytesThatAreLargerThanTheRatePassOnceAndArePaidForByWhatFollows() {
        quotas.put(
                ACME.tenant(),
                new Quotas(
                        Rate.UNLIMITED,
                        Rate.UNLIMITED,
                        Quotas.UNLIMITED,
                        Quotas.UNLIMITED,
                        1_000,
                        Quotas.UNLIMITED,
                        Quotas.UNLIMITED,
                        Enforcement.ENFORCED));
        World one = new World("one");
        one.gate.request(ACME, 5_000).close();

        assertThat(refusal(() -> one.gate.request(ACME, 1))).isEqualTo(Refusal.RATE_LIMITED);
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(refusal(() -> one.gate.request(ACME, 1))).isEqualTo(Refusal.RATE_LIMITED);
        now.addAndGet(Duration.ofMillis(1_100).toNanos());
        one.gate.request(ACME, 1).close();
    }

    @Test
    void withoutADocumentOneTenantCannotHoldEverything() {
        World one = new World("one");
        long bodies = QuotaDefaults.USUAL.bodyBytes() / (10 * 1024 * 1024);
        for (int i = 0; i < bodies; i++) {
            one.gate.request(ACME, 10 * 1024 * 1024);
        }

        assertThat(refusal(() -> one.gate.request(ACME, 10 * 1024 * 1024))).isEqualTo(Refusal.QUOTA_EXCEEDED);
        one.gate.request(GLOBEX, 10 * 1024 * 1024);
    }

    @Test
    void twoGatewaysShareARateByDemand() {
        quotas.put(ACME.tenant(), requests(50, 5));
        World one = new World("one");
        World two = new World("two");
        int[] taken = new int[2];
        for (int milli = 0; milli < 20_000; milli++) {
            if (milli % 500 == 0) {
                World.tell(one, two);
            }
            // After five seconds of settling in.
            boolean counts = milli >= 5_000;
            int first = one.taken(ACME);
            int second = milli % 100 == 0 ? two.taken(ACME) : 0;
            taken[0] += counts ? first : 0;
            taken[1] += counts ? second : 0;
            now.addAndGet(1_000_000);
        }

        assertThat(taken[1]).isBetween(145, 150);
        assertThat(taken[0] + taken[1]).isBetween(700, 765);
    }

    @Test
    void gatewaysThatDoNotHearEachOtherAnyMoreTakeAnEvenPart() {
        quotas.put(ACME.tenant(), requests(50, 1));
        World one = new World("one");
        World two = new World("two");
        one.taken(ACME);
        World.tell(one, two);
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        one.gate.rebalance();

        int taken = 0;
        for (int milli = 0; milli < 10_000; milli++) {
            taken += one.taken(ACME);
            now.addAndGet(1_000_000);
        }

        assertThat(taken).isBetween(245, 255);
    }

    @Test
    void twoGatewaysShareNumbers() {
        quotas.put(ACME.tenant(), numbers(3, Enforcement.ENFORCED));
        World one = new World("one");
        World two = new World("two");
        Holding held = one.gate.connection(ACME);
        one.gate.connection(ACME);
        World.tell(one, two);

        two.gate.connection(ACME);
        assertThat(refusal(() -> two.gate.connection(ACME))).isEqualTo(Refusal.QUOTA_EXCEEDED);
        held.close();
        World.tell(one, two);
        two.gate.connection(ACME);
    }

    private static Refusal refusal(Runnable asked) {
        try {
            asked.run();
        } catch (RefusedException e) {
            return e.refusal();
        }
        throw new AssertionError("was not refused");
    }

    private static Quotas requests(long perSecond, long burst) {
        return new Quotas(
                new Rate(perSecond, burst),
                Rate.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Quotas.UNLIMITED,
                Enforcement.ENFORCED);
    }

    private static Quotas numbers(long most, Enforcement enforcement) {
        return new Quotas(
                Rate.UNLIMITED, Rate.UNLIMITED, most, most, Quotas.UNLIMITED, most, Quotas.UNLIMITED, enforcement);
    }

    /** A gateway. */
    private final class World {

        private final String name;
        private final UsageBoard board;
        private final QuotaGate gate;

        World(String name) {
            this.name = name;
            this.board = new UsageBoard(name, now::get);
            this.gate = new QuotaGate(
                    tenant -> policy(tenant),
                    QuotaDefaults.USUAL,
                    board,
                    new QuotaListener() {
                        @Override
                        public void refused(TenantId tenant, Quota quota) {}

                        @Override
                        public void trial(AgentRef agent, RefusedException refusal) {
                            trials.add(refusal);
                        }
                    },
                    now::get);
        }

        int taken(AgentRef agent) {
            try {
                gate.request(agent, 0);
                return 1;
            } catch (RefusedException e) {
                return 0;
            }
        }

        static void tell(World... all) {
            for (World from : all) {
                Usage usage = from.gate.usage(HALF_SECOND);
                for (World to : all) {
                    to.board.heard(from.name, usage);
                }
            }
            for (World one : all) {
                one.gate.rebalance();
            }
        }
    }

    private TenantPolicy policy(TenantId tenant) {
        TenantPolicy none = TenantPolicy.none(tenant, 0);
        return new TenantPolicy(
                tenant,
                0,
                none.standing(),
                none.region(),
                none.administrators(),
                quotas.getOrDefault(tenant, Quotas.NONE),
                none.issuers(),
                none.offers(),
                none.acceptances(),
                none.masking(),
                none.dataTags(),
                none.network());
    }
}
