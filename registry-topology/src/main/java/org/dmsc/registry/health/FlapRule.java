package org.dmsc.registry.health;

import org.dmsc.schemas.avro.AgentState;

/**
 * Keeps out who comes and goes: each going adds one to a number that halves with time. At the upper mark the agent is held, at the lower one it
 * is free again. Two marks, so that it does not come and go by this rule. Pure.
 */
final class FlapRule {

    /** However often it went, it is looked at again within a minute or so. */
    private static final double MOST = 32;

    private final HealthPolicy policy;

    FlapRule(HealthPolicy policy) {
        this.policy = policy;
    }

    /** It went away. */
    AgentState.Builder went(AgentState state, long now) {
        double flaps = Math.min(MOST, now(state, now) + 1);
        return AgentState.newBuilder(state)
                .setFlaps(flaps)
                .setFlapsAt(now)
                .setHeld(state.getHeld() || flaps >= policy.heldFrom());
    }

    /** Lets go who has been quiet for long enough. */
    AgentState rested(AgentState state, long now) {
        if (!state.getHeld() || now(state, now) >= policy.freeBelow()) {
            return state;
        }
        return AgentState.newBuilder(state)
                .setFlaps(0)
                .setFlapsAt(now)
                .setHeld(false)
                .build();
    }

    /** When it will be free; {@code Long.MAX_VALUE} when it is. */
    long freeAt(AgentState state) {
        if (!state.getHeld()) {
            return Long.MAX_VALUE;
        }
        double halvings = Math.log(state.getFlaps() / policy.freeBelow()) / Math.log(2);
        return state.getFlapsAt()
                + (long) Math.ceil(Math.max(0, halvings) * policy.flapsHalve().toMillis())
                + 1;
    }

    private double now(AgentState state, long now) {
        double passed = Math.max(0, now - state.getFlapsAt())
                / (double) policy.flapsHalve().toMillis();
        return state.getFlaps() * Math.pow(0.5, passed);
    }
}
