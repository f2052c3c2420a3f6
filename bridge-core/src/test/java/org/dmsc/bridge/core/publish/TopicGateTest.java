package org.dmsc.bridge.core.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.dmsc.bridge.core.MutableClock;
import org.junit.jupiter.api.Test;

final class TopicGateTest {

    private final MutableClock clock = new MutableClock(1_000_000);
    private final Queue<Runnable> helpers = new ArrayDeque<>();
    private final List<String> sent = new ArrayList<>();
    private int prepared;
    private boolean missing;
    private final TopicGate gate = new TopicGate(this::prepare, helpers::add, clock);

    private void prepare() {
        prepared++;
        if (missing) {
            throw new IllegalStateException("no such topic");
        }
    }

    @Test
    void nobodySendsBeforeTheTopicIsKnownAndThenAllInOrder() {
        pass("a");
        pass("b");
        assertThat(sent).isEmpty();

        helpers.remove().run();
        pass("c");

        assertThat(sent).containsExactly("a", "b", "c");
        assertThat(prepared).isEqualTo(1);
        assertThat(helpers).isEmpty();
    }

    @Test
    void asksAgainAfterALongSilence() {
        pass("a");
        helpers.remove().run();
        clock.advance(5 * 60_000);

        pass("b");
        assertThat(sent).containsExactly("a");
        helpers.remove().run();

        assertThat(sent).containsExactly("a", "b");
        assertThat(prepared).isEqualTo(2);
    }

    @Test
    void refusesWhoWaitedForATopicThatIsNotThereAndTriesAgainForTheNext() {
        missing = true;
        pass("a");
        helpers.remove().run();
        assertThat(sent).containsExactly("refused a");

        missing = false;
        pass("b");
        helpers.remove().run();

        assertThat(sent).containsExactly("refused a", "b");
    }

    private void pass(String name) {
        gate.pass(new TopicGate.Sender() {
            @Override
            public void go() {
                sent.add(name);
            }

            @Override
            public void refuse(RuntimeException cause) {
                sent.add("refused " + name);
            }
        });
    }
}
