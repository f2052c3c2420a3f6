package org.dmsc.bridge.core.cards;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.dmsc.tenant.fetch.Freshness;
import org.junit.jupiter.api.Test;

class RefetchRuleTest {

    private static final Duration USUAL = Duration.ofMinutes(10);

    private static Freshness fresh(String tag, long maxAge) {
        return Freshness.of(tag, "", "public, max-age=" + maxAge);
    }

    @Test
    void comesWhenTheCardsAgeIsUpButNeverTooSoonNorTooLate() {
        RefetchRule rule = RefetchRule.NEW;

        assertThat(rule.wait(USUAL)).isEqualTo(USUAL);
        assertThat(rule.same(fresh("\"a\"", 900)).wait(USUAL)).isEqualTo(Duration.ofMinutes(15));
        assertThat(rule.same(fresh("\"a\"", 0)).wait(USUAL)).isEqualTo(Duration.ofMinutes(1));
        assertThat(rule.same(fresh("\"a\"", 999_999_999)).wait(USUAL)).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void waitsTwiceAsLongAfterEachFailureAndForgetsThemAtTheFirstSuccess() {
        RefetchRule once = RefetchRule.NEW.failed();
        RefetchRule twice = once.failed();
        RefetchRule many = twice;
        for (int i = 0; i < 100; i++) {
            many = many.failed();
        }

        assertThat(once.wait(USUAL)).isEqualTo(Duration.ofMinutes(1));
        assertThat(twice.wait(USUAL)).isEqualTo(Duration.ofMinutes(2));
        assertThat(many.wait(USUAL)).isEqualTo(Duration.ofHours(1));
        assertThat(many.same(Freshness.UNKNOWN).wait(USUAL)).isEqualTo(USUAL);
    }

    @Test
    void letsGoAfterTheThirdTimeInARow() {
        RefetchRule twice = RefetchRule.NEW.isGone().isGone();

        assertThat(twice.isWithdrawn()).isFalse();
        assertThat(twice.isGone().isWithdrawn()).isTrue();
        assertThat(twice.same(Freshness.UNKNOWN).isGone().isWithdrawn()).isFalse();
        assertThat(twice.failed().isGone().isWithdrawn())
                .as("it was not heard in between")
                .isFalse();
    }

    @Test
    void keepsWhatItAsksOnConditionUntilAnotherCardIsTaken() {
        RefetchRule rule = RefetchRule.NEW.changed(fresh("\"a\"", 60));

        assertThat(rule.failed().order()).contains(fresh("\"a\"", 60));
        assertThat(rule.same(Freshness.UNKNOWN).known().tag()).contains("\"a\"");
        assertThat(rule.same(fresh("\"b\"", 60)).known().tag()).contains("\"b\"");
        assertThat(rule.unconditional().order()).isEqualTo(Optional.of(Freshness.UNKNOWN));
    }
}
