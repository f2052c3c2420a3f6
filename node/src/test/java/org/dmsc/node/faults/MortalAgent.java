package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;

/** An agent that works 100 ms on each task, is killed with all its connections, and comes back at another port. */
final class MortalAgent implements AutoCloseable {

    private static final long WORK_NANOS = Duration.ofMillis(100).toNanos();
    private static final Duration REGISTERED_WITHIN = Duration.ofMinutes(2);

    private final String name;
    private final String skill;
    private final boolean repeatable;
    private final SplitFabric fabric;
    private final Credentials credentials;
    private final List<JsonNode> formerLives = new ArrayList<>();
    private HttpAgent life;

    MortalAgent(SplitFabric fabric, String name, String skill, boolean repeatable) {
        this.name = name;
        this.skill = skill;
        this.repeatable = repeatable;
        this.fabric = fabric;
        this.credentials = fabric.issue("acme", name);
        this.life = born();
        register();
    }

    private HttpAgent born() {
        return HttpAgent.start(credentials, text -> {
            LockSupport.parkNanos(WORK_NANOS);
            return text + " done";
        });
    }

    private void register() {
        ObjectNode body = new ObjectMapper().createObjectNode();
        body.set("card", life.card(name, skill, "Works for a test as " + skill, skill));
        ObjectNode hints = body.putObject("dmsc").put("capacity", 1000);
        if (repeatable) {
            hints.putArray("idempotentSkills").add(skill);
        }
        Until.happens(() -> name + " is registered", REGISTERED_WITHIN, () -> registered(body));
    }

    /** A gateway may be dead when an agent comes back. */
    private boolean registered(ObjectNode body) {
        for (String gateway : SplitFabric.GATEWAYS) {
            try {
                Answer answer = fabric.at(gateway, credentials).post("/v1/agents/" + name, body);
                if (answer.status() / 100 == 2) {
                    return true;
                }
                assertThat(answer.status()).as("%s", answer).isGreaterThanOrEqualTo(429);
            } catch (RuntimeException e) {
                LockSupport.parkNanos(WORK_NANOS);
            }
        }
        return false;
    }

    /** Ends it in the middle of whatever it does, and lets another life begin. */
    synchronized void die() {
        life.close();
        formerLives.addAll(life.received());
        life = born();
        register();
    }

    /** Each request of all its lives. */
    synchronized List<JsonNode> received() {
        List<JsonNode> all = new ArrayList<>(formerLives);
        all.addAll(life.received());
        return all;
    }

    @Override
    public synchronized void close() {
        life.close();
    }
}
