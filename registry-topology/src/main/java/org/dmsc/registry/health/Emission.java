package org.dmsc.registry.health;

import java.util.Objects;
import java.util.Optional;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;

/** When a snapshot is told to the others: on change only, and not more often than the interval. Pure. */
public final class Emission {

    private final long intervalMs;

    public Emission(long intervalMs) {
        this.intervalMs = intervalMs;
    }

    /** The state with a new revision when the others would see a difference. */
    public AgentState revised(AgentState before, AgentState after, long now) {
        return looksTheSame(before.getSnapshot(), after.getSnapshot()) ? after : revised(after, now);
    }

    /** The state with a new revision. */
    public AgentState revised(AgentState state, long now) {
        AgentSnapshot snapshot = state.getSnapshot();
        return AgentState.newBuilder(state)
                .setSnapshot(AgentSnapshot.newBuilder(snapshot)
                        .setRevision(snapshot.getRevision() + 1)
                        .setUpdatedAt(now)
                        .build())
                .build();
    }

    /** Whether something is to be told at all. */
    public boolean pending(AgentState state) {
        return state.getSnapshot().getRevision() > state.getEmittedRevision();
    }

    /** Whether work goes to other agents because of it: somebody is new, up, down, elsewhere or somebody else. Load is no news. */
    public static boolean isNews(Optional<AgentState> before, AgentState after) {
        AgentSnapshot now = after.getSnapshot();
        return before.map(AgentState::getSnapshot)
                .filter(was -> was.getHealth() == now.getHealth()
                        && Objects.equals(was.getPresence(), now.getPresence())
                        && was.getBreakers().equals(now.getBreakers())
                        && was.getRegistration().equals(now.getRegistration()))
                .isEmpty();
    }

    /** Whether all that changed is how much the agent works on, and what follows from that: nothing that a restart could not tell again. */
    public static boolean differInLoadOnly(AgentState before, AgentState after) {
        AgentSnapshot now = after.getSnapshot();
        AgentSnapshot same = AgentSnapshot.newBuilder(before.getSnapshot())
                .setInFlight(now.getInFlight())
                .setRevision(now.getRevision())
                .setUpdatedAt(now.getUpdatedAt())
                .build();
        return same.equals(now)
                && AgentState.newBuilder(before).setSnapshot(same).build().equals(after);
    }

    /** When it may be told. */
    public long at(AgentState state) {
        return state.getEmittedAt() + intervalMs;
    }

    /** The state after the snapshot was told. */
    public AgentState emitted(AgentState state, long now) {
        return AgentState.newBuilder(state)
                .setEmittedAt(now)
                .setEmittedRevision(state.getSnapshot().getRevision())
                .build();
    }

    /** Times are no difference: a heartbeat that says nothing new is not told. */
    private static boolean looksTheSame(AgentSnapshot one, AgentSnapshot other) {
        return one.getHealth() == other.getHealth()
                && one.getHealthReason().equals(other.getHealthReason())
                && one.getInFlight() == other.getInFlight()
                && one.getQueueDepth() == other.getQueueDepth()
                && Double.compare(one.getCpu(), other.getCpu()) == 0
                && Double.compare(one.getLatencyMs(), other.getLatencyMs()) == 0
                && Double.compare(one.getErrorRate(), other.getErrorRate()) == 0
                && Objects.equals(one.getPresence(), other.getPresence())
                && one.getBreakers().equals(other.getBreakers())
                && one.getRegistration().equals(other.getRegistration());
    }
}
