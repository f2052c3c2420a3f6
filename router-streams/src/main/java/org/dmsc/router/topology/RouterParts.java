package org.dmsc.router.topology;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.run.CommitPace;
import org.dmsc.router.run.ReadMarks;
import org.dmsc.router.task.Names;
import org.dmsc.router.task.Patience;
import org.dmsc.router.task.RetryBudget;
import org.dmsc.router.task.TaskRule;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.keys.Envelopes;

/** What every lane's processor shares. All of it is thread-safe. */
public record RouterParts(
        Envelopes envelopes,
        InboundReader reader,
        SealedStates seals,
        Recorder recorder,
        Candidates candidates,
        InFlight inFlight,
        Deciding deciding,
        TaskRule rule,
        RouterCounters counters,
        RetryBudget retries,
        int mostWaiting,
        FairOrder order,
        CommitPace pace,
        ReadMarks marks,
        Duration tick) {

    /** What a delegation works with and by. */
    public record Rules(
            AgentSelector selector, Names names, Patience patience, RandomGenerator random, Duration tick) {}

    /** Puts them together. */
    public static RouterParts of(
            Envelopes envelopes, AvroCodec codec, Rules rules, Candidates candidates, Agents agents, Sharing sharing) {
        return new RouterParts(
                envelopes,
                new InboundReader(envelopes, codec),
                new SealedStates(envelopes, codec, rules.names().router()),
                new Recorder(envelopes, codec, rules.names(), agents, sharing.lanes()),
                candidates,
                sharing.inFlight(),
                new Deciding(candidates, rules.selector(), rules.random()),
                new TaskRule(rules.names(), rules.patience()),
                sharing.counters(),
                RetryBudget.usual(),
                rules.patience().mostWaiting(),
                new FairOrder(),
                sharing.pace(),
                sharing.marks(),
                rules.tick());
    }

    /** What the lanes of this process count together. */
    public record Sharing(int lanes, InFlight inFlight, RouterCounters counters, CommitPace pace, ReadMarks marks) {}
}
