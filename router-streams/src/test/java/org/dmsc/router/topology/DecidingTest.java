package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.router.testing.Make.NOW;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.decide.SelectionPolicy;
import org.dmsc.router.testing.FakeDirectory;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.policy.Policies;
import org.junit.jupiter.api.Test;

class DecidingTest {

    private final FakeDirectory directory = new FakeDirectory();
    private final InFlight inFlight = new InFlight(1);
    private final InFlight.Share share = inFlight.share();
    private final Deciding deciding = new Deciding(
            new Candidates(
                    directory.tenants(),
                    Policies.none(),
                    directory.agents(),
                    directory.index,
                    Experiences.NONE,
                    inFlight),
            new AgentSelector(SelectionPolicy.DEFAULT),
            new Random(3));

    private static TaskSubmission task(int number) {
        return Make.submission("acme", "t" + number)
                .setContextId("c" + number)
                .setSkill("drive")
                .build();
    }

    private AgentRef fleet(int number) {
        AgentRef agent = AgentRef.of("acme", "fleet-" + number);
        directory.put(Make.tenant("acme"));
        directory.put(
                Make.agent("acme", agent.agent().value(), Make.skill("drive")).build());
        return agent;
    }

    private void fill(AgentRef agent) {
        for (int place = 0; place < 4; place++) {
            share.opened(agent);
        }
    }

    @Test
    void everyAgentOfALargeFleetGetsWork() {
        for (int i = 0; i < 200; i++) {
            fleet(i);
        }

        Map<String, Integer> given = new TreeMap<>();
        for (int i = 0; i < 600; i++) {
            Decision.Assign assign = (Decision.Assign) deciding.decide(task(i), List.of(), NOW);
            share.opened(assign.choice().agent());
            given.merge(assign.choice().agent().toString(), 1, Integer::sum);
        }

        assertThat(given).hasSizeGreaterThan(190);
        assertThat(given.values()).allMatch(count -> count <= 4);
    }

    @Test
    void theOnlyFreeOneAmongManyIsFound() {
        for (int i = 0; i < 199; i++) {
            fill(fleet(i));
        }
        AgentRef free = fleet(199);

        Decision decision = deciding.decide(task(1), List.of(), NOW);

        assertThat(decision).isInstanceOf(Decision.Assign.class);
        assertThat(((Decision.Assign) decision).choice().agent()).isEqualTo(free);
    }

    @Test
    void whenAllAreBusyTheTaskWaits() {
        for (int i = 0; i < 40; i++) {
            fill(fleet(i));
        }

        assertThat(deciding.decide(task(1), List.of(), NOW)).isInstanceOf(Decision.Defer.class);
    }

    @Test
    void theNextTaskOfAContextGoesToTheSameAgent() {
        for (int i = 0; i < 40; i++) {
            fleet(i);
        }

        Decision.Assign first = (Decision.Assign) deciding.decide(task(1), List.of(), NOW);
        for (int i = 0; i < 20; i++) {
            Decision.Assign next = (Decision.Assign) deciding.decide(task(1), List.of(), NOW);
            assertThat(next.choice().agent()).isEqualTo(first.choice().agent());
        }
    }
}
