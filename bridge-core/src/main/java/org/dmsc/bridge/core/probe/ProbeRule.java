package org.dmsc.bridge.core.probe;

import java.util.Optional;
import org.dmsc.schemas.avro.AgentHealth;

/**
 * What probes of one agent come to. One that fails takes the agent out at once (design 8); two in a row that succeed bring it back, so that an
 * agent which answers now and then stays out. Says only what is news to the registry. Pure.
 *
 * @param successes in a row, up to now
 */
record ProbeRule(int successes) {

    private static final int BACK_AFTER = 2;

    static final ProbeRule NEW = new ProbeRule(0);

    /** What to report, and what to go on from. */
    record Step(ProbeRule next, Optional<Boolean> report) {}

    /**
     * A probe ended.
     *
     * @param known health as the registry last told it
     */
    Step ended(boolean alive, AgentHealth known) {
        boolean isDown = known == AgentHealth.DOWN;
        if (!alive) {
            return new Step(NEW, isDown ? Optional.empty() : Optional.of(false));
        }
        int now = Math.min(BACK_AFTER, successes + 1);
        return new Step(new ProbeRule(now), isDown && now == BACK_AFTER ? Optional.of(true) : Optional.empty());
    }
}
