package org.dmsc.bridge.http.agents;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.dmsc.bridge.http.agents.Comeback.Progress;
import org.dmsc.bridge.http.agents.Comeback.Way;
import org.junit.jupiter.api.Test;

/** How a task is come back to. */
final class ComebackTest {

    @Test
    void triesThreeTimesAndThenGivesUpAnAgentThatSaysNothing() {
        Comeback comeback = new Comeback(Way.SUBSCRIBE);

        assertThat(comeback.cut(Progress.NEWS)).contains(new Comeback.Step(Way.SUBSCRIBE, Duration.ZERO));
        assertThat(comeback.cut(Progress.SILENCE)).isPresent();
        assertThat(comeback.cut(Progress.SILENCE))
                .hasValueSatisfying(step -> assertThat(step.after()).isEqualTo(Duration.ofMillis(800)));
        assertThat(comeback.cut(Progress.SILENCE)).isEmpty();
    }

    @Test
    void givesUpAnAgentThatCutsAgainAndAgainWhateverItSays() {
        Comeback comeback = new Comeback(Way.SUBSCRIBE);
        Optional<Comeback.Step> last = comeback.cut(Progress.NEWS);
        int cuts = 1;
        while (last.isPresent()) {
            assertThat(last.get().after()).isBetween(Duration.ZERO, Duration.ofSeconds(2));
            last = comeback.cut(Progress.NEWS);
            cuts++;
        }

        assertThat(cuts).isEqualTo(33);
    }

    @Test
    void asksForATaskWhoseStreamsEndAtOnceOrAreRefused() {
        Comeback ending = new Comeback(Way.SUBSCRIBE);
        Comeback refused = new Comeback(Way.SUBSCRIBE);

        assertThat(ending.ended(Progress.NEWS).way()).isEqualTo(Way.SUBSCRIBE);
        assertThat(ending.ended(Progress.SILENCE).way()).isEqualTo(Way.ASK);
        assertThat(ending.ended(Progress.NEWS).way()).isEqualTo(Way.ASK);
        assertThat(refused.refused()).contains(new Comeback.Step(Way.ASK, Duration.ZERO));
        assertThat(refused.refused()).isEmpty();
    }
}
