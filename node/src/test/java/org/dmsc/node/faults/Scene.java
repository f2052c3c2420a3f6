package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.node.testing.TestFabric;

/** A tenant of a test's own in the shared fabric, with a caller and an agent that works, to show that the node still serves. */
final class Scene implements AutoCloseable {

    final String tenant;
    final TestFabric fabric;
    final Credentials alice;
    final Participant caller;
    final Raw raw;
    private final HttpAgent good;

    Scene(TestFabric fabric, String tenant) {
        this.fabric = fabric;
        this.tenant = tenant;
        fabric.createTenant(tenant);
        alice = fabric.addAgent(tenant, "alice");
        caller = fabric.as(alice);
        raw = new Raw(fabric.httpUrl(), alice.tls());
        Credentials issued = fabric.addAgent(tenant, "good");
        good = HttpAgent.start(issued, text -> "did " + text);
        fabric.register(issued, "good", good, good.card("Good", "good", "Does what it is asked", "good"));
    }

    /** A normal task goes through. */
    void stillServes() {
        Answer answer = caller.post("/message:send", Participant.ask("good", "a normal task"));
        assertThat(answer.state()).as("a normal task: %s", answer).isEqualTo("COMPLETED");
        assertThat(answer.text()).isEqualTo("did a normal task");
    }

    /** Waits until the task has ended. */
    Answer ended(String id) {
        Until.happens(
                "end of task " + id,
                Duration.ofSeconds(60),
                () -> caller.get("/tasks/" + id).state().matches("COMPLETED|FAILED|CANCELED|REJECTED"));
        return caller.get("/tasks/" + id);
    }

    /** How many refusals of that code are on the tenant's audit log. */
    int audited(String refusal) {
        int found = 0;
        for (JsonNode record : fabric.operator()
                .get("/v1/audit?tenant=" + tenant + "&kind=REFUSAL&limit=200")
                .body()
                .path("records")) {
            found += record.at("/event/refusal").asText().equals(refusal) ? 1 : 0;
        }
        return found;
    }

    /** With a time in which the task must end. */
    static ObjectNode within(ObjectNode ask, int milliseconds) {
        ((ObjectNode) ask.at("/message/metadata/" + Participant.EXTENSION)).put("timeoutMs", milliseconds);
        return ask;
    }

    @Override
    public void close() {
        good.close();
    }
}
