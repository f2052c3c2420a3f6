package org.dmsc.bridge.core.ask;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("case_72")
class FlightsTest {

    private static final TenantId FLOOD = new TenantId("flood");
    private static final TenantId QUIET = new TenantId("quiet");

    private final AtomicLong now = new AtomicLong(1_000);
    private final Flights flights = new Flights(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now.get());
        }
    });

    @Test
    void takesAnyNumberWhileTheRouterSpeaks() {
        took(10 * Flights.MOST_UNHEARD, FLOOD);

        assertThatCode(() -> flights.requireRoom(FLOOD)).doesNotThrowAnyException();
    }

    @Test
    void refusesWhoWaitsForMoreThanItsPartWhenTheRouterIsBehindAndNobodyElse() {
        took(Flights.MOST_UNHEARD, FLOOD);
        took(1, QUIET);
        now.addAndGet(Flights.PATIENCE.toMillis() + 1);

        assertThatThrownBy(() -> flights.requireRoom(FLOOD)).isInstanceOfSatisfying(RefusedException.class, refused -> {
            org.assertj.core.api.Assertions.assertThat(refused.refusal()).isEqualTo(Refusal.OVERLOADED);
            org.assertj.core.api.Assertions.assertThat(refused.retryAfter()).isPresent();
        });
        assertThatCode(() -> flights.requireRoom(QUIET)).doesNotThrowAnyException();
        assertThatCode(() -> flights.requireRoom(new TenantId("new"))).doesNotThrowAnyException();
    }

    @Test
    void takesThemAgainWhenTheRouterHasCaughtUp() {
        List<Flights.Flight> all = took(Flights.MOST_UNHEARD, FLOOD);
        now.addAndGet(Flights.PATIENCE.toMillis() + 1);
        all.get(5).heard();
        all.get(5).heard();
        all.subList(0, 5).forEach(Flights.Flight::heard);

        assertThatCode(() -> flights.requireRoom(FLOOD)).doesNotThrowAnyException();
    }

    @Test
    void oneTaskThatIsNeverHeardOfRefusesNobody() {
        took(1, FLOOD);
        now.addAndGet(Flights.PATIENCE.toMillis() + 1);
        took(100, FLOOD);

        assertThatCode(() -> flights.requireRoom(FLOOD)).doesNotThrowAnyException();
    }

    private List<Flights.Flight> took(int many, TenantId tenant) {
        List<Flights.Flight> all = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            all.add(flights.took(tenant));
        }
        return all;
    }
}
