package org.dmsc.tenant.dpop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.dpop.UsedProofs.Use;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A proof counts once, as long as it would be accepted at all; full is full. */
@Tag("case-58")
final class UsedProofsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId BETA = new TenantId("beta");
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @Test
    void countsEachOnce() {
        UsedProofs used = new UsedProofs(10, 10);

        assertThat(used.use(ACME, proof("k", "1"), NOW.plusSeconds(30), NOW)).isEqualTo(Use.FIRST);
        assertThat(used.use(ACME, proof("k", "1"), NOW.plusSeconds(30), NOW)).isEqualTo(Use.AGAIN);
        assertThat(used.use(ACME, proof("k", "1"), NOW.plusSeconds(31), NOW)).isEqualTo(Use.AGAIN);
        assertThat(used.use(ACME, proof("k", "2"), NOW.plusSeconds(30), NOW)).isEqualTo(Use.FIRST);
        assertThat(used.use(ACME, proof("other", "1"), NOW.plusSeconds(30), NOW))
                .isEqualTo(Use.FIRST);
    }

    @Test
    void remembersToTheLastMoment() {
        UsedProofs used = new UsedProofs(10, 10);
        Instant end = NOW.plusMillis(30_500);
        used.use(ACME, proof("k", "1"), end, NOW);

        assertThat(used.use(ACME, proof("k", "1"), end, end)).isEqualTo(Use.AGAIN);
        assertThat(used.use(ACME, proof("k", "1"), end, NOW.plusSeconds(40)))
                .as("long over")
                .isEqualTo(Use.AGAIN);
        assertThat(used.use(ACME, proof("k", "1"), end, NOW))
                .as("a clock that was set back")
                .isEqualTo(Use.AGAIN);
    }

    @Test
    void forgetsNothingEarlyWhenItIsFull() {
        UsedProofs used = new UsedProofs(3, 2);
        Instant end = NOW.plusSeconds(30);
        used.use(ACME, proof("k", "1"), end, NOW);
        used.use(ACME, proof("k", "2"), end, NOW);

        assertThat(used.use(ACME, proof("k", "3"), end, NOW)).as("acme's part").isEqualTo(Use.NO_ROOM);
        assertThat(used.use(BETA, proof("b", "1"), end, NOW)).isEqualTo(Use.FIRST);
        assertThat(used.use(BETA, proof("b", "2"), end, NOW)).as("the whole").isEqualTo(Use.NO_ROOM);
        assertThat(used.use(ACME, proof("k", "1"), end, NOW)).isEqualTo(Use.AGAIN);
        Instant later = end.plusSeconds(1);
        assertThat(used.use(ACME, proof("k", "3"), later.plusSeconds(30), later))
                .as("room again")
                .isEqualTo(Use.FIRST);
        assertThat(used.use(ACME, proof("k", "4"), later.plusSeconds(30), later))
                .isEqualTo(Use.FIRST);
        assertThat(used.use(ACME, proof("k", "5"), later.plusSeconds(30), later))
                .isEqualTo(Use.NO_ROOM);
    }

    @Test
    void neverTakesOneTwiceWhateverTheOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        UsedProofs used = new UsedProofs(500, 400);
        Map<String, Integer> taken = new HashMap<>();

        Instant now = NOW;
        for (int i = 0; i < 20_000; i++) {
            now = now.plusMillis(random.nextInt(400) - 100);
            int number = random.nextInt(2_000);
            Instant end = NOW.plusSeconds(number);
            if (now.isAfter(end) || now.isBefore(end.minusSeconds(60))) {
                continue;
            }
            if (used.use(number % 2 == 0 ? ACME : BETA, proof("k", "" + number), end, now) == Use.FIRST) {
                taken.merge("" + number, 1, Integer::sum);
            }
        }

        assertThat(taken)
                .as("seed %d", seed)
                .isNotEmpty()
                .allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
    }

    private static DpopProof proof(String thumbprint, String id) {
        return new DpopProof(thumbprint, id, NOW, "POST", Prover.TARGET, Optional.empty(), DpopProof.Renew.NO);
    }
}
