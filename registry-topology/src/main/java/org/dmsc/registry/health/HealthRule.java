package org.dmsc.registry.health;

import java.util.Optional;
import org.dmsc.registry.health.BreakerRule.Breakers;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.AttemptOutcome;

/**
 * What a report does to what is known of an agent. How well the agent is follows from that by {@link HealthAssessment}.
 *
 * <pre>
 *   REGISTERED ─▶ known      UNREGISTERED ─▶ gone      anything else about an agent that is not known is ignored,
 *                                                      and what replaces a card that is not registered
 * </pre>
 */
public final class HealthRule {

    private final HealthPolicy policy;
    private final BreakerRule breakers;
    private final FlapRule flaps;

    public HealthRule(HealthPolicy policy) {
        this.policy = policy;
        this.flaps = new FlapRule(policy);
        this.breakers = new BreakerRule(policy);
    }

    /**
     * The state after a report; empty when the agent is not known then.
     *
     * @param inFlight what the agent works on after it, from {@link OpenAttempts}
     */
    public Optional<AgentState> apply(Optional<AgentState> before, AgentReport report, int inFlight, long now) {
        if (isOutdated(before, report)) {
            return before;
        }
        switch (report.getKind()) {
            case REGISTERED:
                return Optional.ofNullable(report.getRegistration())
                        .map(registration -> registered(before, registration, report, now))
                        .or(() -> before);
            case UNREGISTERED:
                return Optional.empty();
            case PRESENT:
                return before.map(state -> present(state, report, now));
            case ABSENT:
                return before.map(state -> absent(state, report, now));
            case HEARTBEAT:
                return before.map(state -> heartbeat(state, report, now));
            case PROBED:
                return before.map(state -> probed(state, report, now));
            case ASSIGNED:
                return before.map(state -> working(state, inFlight));
            case OUTCOME:
                return before.map(state -> outcome(working(state, inFlight), report, now));
            case DRAINING:
                return before.map(HealthRule::draining);
            case CANARY:
                return before;
        }
        throw new IllegalStateException("unknown report: " + report.getKind());
    }

    /** Found out about a card that is not the registered one any more: somebody was faster. */
    private static boolean isOutdated(Optional<AgentState> before, AgentReport report) {
        String known = report.getReplaces();
        return known != null
                && before.map(state -> state.getSnapshot().getRegistration().getSource())
                        .filter(source -> source.getSha256().equals(known))
                        .isEmpty();
    }

    private static AgentState registered(
            Optional<AgentState> before, AgentRegistration registration, AgentReport report, long now) {
        AgentState.Builder state = before.map(AgentState::newBuilder).orElseGet(AgentState::newBuilder);
        AgentSnapshot.Builder snapshot = before.map(known -> AgentSnapshot.newBuilder(known.getSnapshot()))
                .orElseGet(() -> AgentSnapshot.newBuilder()
                        .setTenant(report.getTenant())
                        .setAgent(report.getAgent())
                        .setRevision(0)
                        .setRegisteredAt(now));
        snapshot.setRegistration(registration)
                .setHealth(AgentHealth.JOINING)
                .setHealthReason("registered")
                .setLastSeenAt(now)
                .setUpdatedAt(now);
        if (report.getPresence() != null) {
            snapshot.setPresence(report.getPresence());
        }
        return state.setSnapshot(snapshot.build())
                .setAbsence(null)
                .setLastHeartbeatAt(now)
                .build();
    }

    private static AgentState present(AgentState state, AgentReport report, long now) {
        AgentSnapshot.Builder snapshot =
                AgentSnapshot.newBuilder(state.getSnapshot()).setLastSeenAt(now);
        if (report.getPresence() != null) {
            snapshot.setPresence(report.getPresence());
        }
        return AgentState.newBuilder(state)
                .setSnapshot(snapshot.build())
                .setAbsence(null)
                .setLastHeartbeatAt(now)
                .build();
    }

    private AgentState absent(AgentState state, AgentReport report, long now) {
        boolean elsewhere = report.getPresence() != null
                && state.getSnapshot().getPresence() != null
                && !report.getPresence().equals(state.getSnapshot().getPresence());
        if (elsewhere) {
            // It went away there and came back here; the news of the first came later.
            return state;
        }
        String reason = report.getReason() == null ? "connection ended" : report.getReason();
        return gone(state, now)
                .setSnapshot(AgentSnapshot.newBuilder(state.getSnapshot())
                        .setPresence(null)
                        .build())
                .setAbsence(reason)
                .build();
    }

    /** Said twice it is one going. */
    private AgentState.Builder gone(AgentState state, long now) {
        return state.getAbsence() == null ? flaps.went(state, now) : AgentState.newBuilder(state);
    }

    private static AgentState heartbeat(AgentState state, AgentReport report, long now) {
        AgentSnapshot.Builder snapshot =
                AgentSnapshot.newBuilder(state.getSnapshot()).setLastSeenAt(now);
        AgentLoad load = report.getLoad();
        if (load != null) {
            snapshot.setCpu(Ratings.rounded(Math.max(0, Math.min(1, load.getCpu()))))
                    .setQueueDepth(Math.max(0, load.getQueueDepth()));
        }
        boolean called = HealthAssessment.isCalled(state.getSnapshot());
        return AgentState.newBuilder(state)
                .setSnapshot(snapshot.build())
                // A connected agent is back when its connection is; one that is called says so itself.
                .setAbsence(called ? null : state.getAbsence())
                .setLastHeartbeatAt(now)
                .build();
    }

    private AgentState probed(AgentState state, AgentReport report, long now) {
        if (report.getOutcome() != AttemptOutcome.COMPLETED) {
            String reason = report.getReason() == null ? "did not answer a probe" : report.getReason();
            return gone(state, now).setAbsence(reason).build();
        }
        return AgentState.newBuilder(state)
                .setSnapshot(AgentSnapshot.newBuilder(state.getSnapshot())
                        .setLastSeenAt(now)
                        .build())
                .setAbsence(null)
                .build();
    }

    /** So many, as if said by the agent itself. */
    public static AgentState working(AgentState state, int inFlight) {
        return AgentState.newBuilder(state)
                .setSnapshot(AgentSnapshot.newBuilder(state.getSnapshot())
                        .setInFlight(inFlight)
                        .build())
                .build();
    }

    private AgentState outcome(AgentState state, AgentReport report, long now) {
        AgentSnapshot.Builder snapshot = AgentSnapshot.newBuilder(state.getSnapshot());
        AgentState.Builder after = AgentState.newBuilder(state);
        String skill = report.getSkill() == null ? "" : report.getSkill();
        Ratings.Verdict verdict = Ratings.of(report.getOutcome());
        if (verdict == Ratings.Verdict.WELL_DONE) {
            note(after, snapshot, breakers.succeeded(state, skill));
            snapshot.setLastSeenAt(now)
                    .setErrorRate(Ratings.mean(snapshot.getErrorRate(), 0, policy.weight()))
                    .setLatencyMs(Ratings.latency(snapshot.getLatencyMs(), report.getLatencyMs(), policy.weight()));
        } else if (verdict == Ratings.Verdict.BADLY_DONE) {
            note(after, snapshot, breakers.failed(state, skill, now));
            snapshot.setErrorRate(Ratings.mean(snapshot.getErrorRate(), 1, policy.weight()));
        }
        return after.setSnapshot(snapshot.build()).build();
    }

    static void note(AgentState.Builder state, AgentSnapshot.Builder snapshot, Breakers breakers) {
        snapshot.setBreakers(breakers.open());
        state.setFailures(breakers.failures()).setRetryAt(breakers.retryAt()).setTrips(breakers.trips());
    }

    private static AgentState draining(AgentState state) {
        AgentSnapshot snapshot = AgentSnapshot.newBuilder(state.getSnapshot())
                .setHealth(AgentHealth.DRAINING)
                .setHealthReason("takes no new tasks")
                .build();
        return AgentState.newBuilder(state).setSnapshot(snapshot).build();
    }
}
