package org.dmsc.bench.simulate;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dmsc.registry.health.Emission;
import org.dmsc.registry.health.HealthAssessment;
import org.dmsc.registry.health.HealthPolicy;
import org.dmsc.registry.health.HealthRule;
import org.dmsc.registry.health.Leases;
import org.dmsc.registry.health.OpenAttempts;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;

/** The registry: production's health rules over the reports, production's rule for when a snapshot is told. */
final class SimRegistry {

    /** Report and snapshot each pass through Kafka. */
    private static final long TRANSIT_MS = 3;

    private static final long EMISSION_MS = 50;

    /** The one gateway never dies here. */
    private static final Leases HELD = (gateway, epoch, now) -> Leases.Standing.HELD;

    private final Clockwork clock;
    private final SimDirectory directory;
    private final Invariants invariants;
    private final HealthRule rule = new HealthRule(HealthPolicy.DEFAULT);
    private final OpenAttempts attempts = new OpenAttempts();
    private final HealthAssessment assessment = new HealthAssessment(HealthPolicy.DEFAULT);
    private final Emission emission = new Emission(EMISSION_MS);
    private final Map<AgentRef, AgentState> states = new HashMap<>();
    private final Map<AgentRef, Long> due = new HashMap<>();

    SimRegistry(Clockwork clock, SimDirectory directory, Invariants invariants) {
        this.clock = clock;
        this.directory = directory;
        this.invariants = invariants;
    }

    /** A report is on its way. */
    void report(AgentReport report) {
        clock.in(TRANSIT_MS, () -> take(report));
    }

    private void take(AgentReport report) {
        long now = clock.now();
        AgentRef agent = AgentRef.of(report.getTenant(), report.getAgent());
        Optional<AgentState> before = Optional.ofNullable(states.get(agent));
        if (before.isPresent()) {
            attempts.take(agent.toString(), report, now);
        }
        rule.apply(before, report, attempts.of(agent.toString()), now)
                .map(state -> assessment.assess(state, HELD, now))
                .ifPresent(state -> {
                    AgentState after = before.map(old -> emission.revised(old, state, now))
                            .orElseGet(() -> emission.revised(state, now));
                    settle(agent, before, after);
                });
    }

    private void look(AgentRef agent, long at) {
        AgentState before = states.get(agent);
        if (before == null || due.getOrDefault(agent, 0L) != at) {
            return;
        }
        AgentState after = emission.revised(before, assessment.assess(before, HELD, at), at);
        settle(agent, Optional.of(before), after);
    }

    private void settle(AgentRef agent, Optional<AgentState> before, AgentState after) {
        long now = clock.now();
        before.ifPresent(old -> invariants.breakers(agent, old.getSnapshot(), after.getSnapshot()));
        AgentState state = after;
        if (emission.pending(state) && now >= emission.at(state)) {
            state = emission.emitted(state, now);
            AgentSnapshot told = state.getSnapshot();
            clock.in(TRANSIT_MS, () -> directory.told(agent, told));
        }
        states.put(agent, state);
        long look = assessment.nextLook(state, now);
        long next = emission.pending(state) ? Math.min(look, emission.at(state)) : look;
        due.put(agent, next);
        if (next < Long.MAX_VALUE) {
            clock.at(next, () -> look(agent, next));
        }
    }
}
