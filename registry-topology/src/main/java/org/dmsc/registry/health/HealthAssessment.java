package org.dmsc.registry.health;

import java.util.Locale;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.Presence;

/**
 * How well an agent is now, and when to look again. Pure.
 *
 * <pre>
 *   DRAINING  asked for, until it registers again
 *   DOWN      reported absent ▸ its gateway's lease ended ▸ came and went too often ▸ heartbeats missing for long
 *   JOINING   registered, not connected yet
 *   SUSPECT   heartbeats missing
 *   DEGRADED  a breaker is not closed ▸ many errors, until they are few
 *   UP        otherwise; an agent that is called counts as up from its registration
 * </pre>
 */
public final class HealthAssessment {

    /** An error rate below this has faded away. */
    private static final double FADED = 0.01;

    private final HealthPolicy policy;
    private final BreakerRule breakers;
    private final FlapRule flaps;

    public HealthAssessment(HealthPolicy policy) {
        this.policy = policy;
        this.breakers = new BreakerRule(policy);
        this.flaps = new FlapRule(policy);
    }

    /** Whether a gateway calls it, rather than waiting for it to connect. */
    static boolean isCalled(AgentSnapshot snapshot) {
        return Reach.of(snapshot.getRegistration()).isCalled() && snapshot.getPresence() == null;
    }

    private record Finding(AgentHealth health, String reason) {}

    /** The state with everything that time and the gateways' leases did to it. */
    public AgentState assess(AgentState given, Leases leases, long now) {
        AgentState state = flaps.rested(given, now);
        AgentState.Builder after = AgentState.newBuilder(state);
        AgentSnapshot.Builder snapshot = AgentSnapshot.newBuilder(state.getSnapshot());
        HealthRule.note(after, snapshot, breakers.rested(state, now));
        if (now >= state.getRatedAt() + policy.fading().toMillis()) {
            after.setRatedAt(now);
            if (state.getRatedAt() > 0) {
                snapshot.setErrorRate(faded(snapshot.getErrorRate()));
            }
        }
        Finding finding = find(after.setSnapshot(snapshot.build()).build(), leases, now);
        if (recovers(state.getSnapshot().getHealth(), finding.health())) {
            snapshot.setUpSince(now);
        }
        return after.setSnapshot(snapshot.setHealth(finding.health())
                        .setHealthReason(finding.reason())
                        .build())
                .build();
    }

    private static boolean recovers(AgentHealth before, AgentHealth after) {
        boolean served = before == AgentHealth.UP || before == AgentHealth.DEGRADED;
        return after != before && (after == AgentHealth.UP || (after == AgentHealth.DEGRADED && !served));
    }

    private static double faded(double rate) {
        double half = Ratings.mean(rate, 0, 0.5);
        return half < FADED ? 0 : half;
    }

    private Finding find(AgentState state, Leases leases, long now) {
        AgentSnapshot snapshot = state.getSnapshot();
        if (snapshot.getHealth() == AgentHealth.DRAINING) {
            return new Finding(AgentHealth.DRAINING, snapshot.getHealthReason());
        }
        if (state.getAbsence() != null) {
            return new Finding(AgentHealth.DOWN, state.getAbsence());
        }
        Presence presence = snapshot.getPresence();
        if (presence != null && !counts(presence, snapshot.getLastSeenAt(), leases, now)) {
            return new Finding(AgentHealth.DOWN, "its gateway is gone");
        }
        if (presence == null && !isCalled(snapshot)) {
            return new Finding(AgentHealth.JOINING, "not connected yet");
        }
        return state.getHeld()
                ? new Finding(AgentHealth.DOWN, "came and went too often: kept out until it stays")
                : beating(state, now);
    }

    private boolean counts(Presence presence, long lastSeen, Leases leases, long now) {
        switch (leases.of(presence.getGateway(), presence.getEpoch(), now)) {
            case HELD:
                return true;
            case ENDED:
                return false;
            case UNKNOWN:
                return now < lastSeen + policy.unknownGateway().toMillis();
        }
        throw new IllegalStateException("unknown standing of a lease");
    }

    private Finding beating(AgentState state, long now) {
        long interval = state.getSnapshot().getRegistration().getHeartbeatMs();
        long silent = now - state.getLastHeartbeatAt();
        if (interval > 0 && silent >= interval * policy.downAfter()) {
            return new Finding(AgentHealth.DOWN, "no heartbeat for " + seconds(silent));
        }
        if (interval > 0 && silent >= interval * policy.suspectAfter()) {
            return new Finding(AgentHealth.SUSPECT, "heartbeat overdue");
        }
        if (!state.getSnapshot().getBreakers().isEmpty()) {
            return new Finding(AgentHealth.DEGRADED, "a breaker is not closed");
        }
        // Two marks: an agent in between stays what it is.
        boolean was = state.getSnapshot().getHealth() == AgentHealth.DEGRADED;
        return state.getSnapshot().getErrorRate() >= (was ? policy.degradedUntil() : policy.degradedFrom())
                ? new Finding(AgentHealth.DEGRADED, "many attempts failed")
                : new Finding(AgentHealth.UP, "");
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }

    /** When the clock alone may change something; {@code Long.MAX_VALUE} when it cannot. */
    public long nextLook(AgentState state, long now) {
        AgentSnapshot snapshot = state.getSnapshot();
        long next = Math.max(now + 1, flaps.freeAt(state));
        if (snapshot.getPresence() != null && snapshot.getHealth() != AgentHealth.DOWN) {
            next = now + policy.leaseCheck().toMillis();
        }
        long interval = snapshot.getRegistration().getHeartbeatMs();
        if (interval > 0) {
            next = Math.min(next, after(now, state.getLastHeartbeatAt() + (long) (interval * policy.suspectAfter())));
            next = Math.min(next, after(now, state.getLastHeartbeatAt() + (long) (interval * policy.downAfter())));
        }
        for (long retryAt : state.getRetryAt().values()) {
            next = Math.min(next, Math.max(now + 1, retryAt));
        }
        return snapshot.getErrorRate() > 0
                ? Math.min(
                        next,
                        Math.max(now + 1, state.getRatedAt() + policy.fading().toMillis()))
                : next;
    }

    private static long after(long now, long time) {
        return time > now ? time : Long.MAX_VALUE;
    }
}
