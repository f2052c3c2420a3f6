package org.dmsc.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsc.router.testing.Make;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskSubmission;
import org.junit.jupiter.api.Test;

class ContextMemoryTest {

    private static TaskSubmission of(String tenant, String context) {
        return Make.submission(tenant, "t").setContextId(context).build();
    }

    @Test
    void knowsTheLastAgentOfAContextAndForgetsTheOldest() {
        ContextMemory memory = new ContextMemory(2);
        AgentRef agent = AgentRef.of("acme", "a");

        memory.given(of("acme", "one"), agent);
        memory.given(of("acme", "two"), agent);
        memory.given(of("acme", "one"), AgentRef.of("acme", "b"));
        memory.given(of("acme", "three"), agent);

        assertThat(memory.lastOf(of("acme", "one"))).contains(AgentRef.of("acme", "b"));
        assertThat(memory.lastOf(of("acme", "two"))).isEmpty();
        assertThat(memory.lastOf(of("acme", "three"))).contains(agent);
    }

    @Test
    void keepsTenantsApart() {
        ContextMemory memory = new ContextMemory(2);

        memory.given(of("acme", "one"), AgentRef.of("acme", "a"));

        assertThat(memory.lastOf(of("globex", "one"))).isEmpty();
    }
}
