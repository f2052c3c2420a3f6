package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.dmsc.node.testing.Answer;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.HttpAgent;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Router and gateways are killed under load, several times ({@code -Ddmsc.kill.cycles=5 -Ddmsc.kill.rate=50}): every accepted task ends
 * once, every decision is audited once, the audit index has no gap, and work that must not be repeated is not.
 */
@Tag("long")
@Timeout(1800)
final class KillIT {

    private static final int CYCLES = Integer.getInteger("dmsc.kill.cycles", 5);
    private static final int RATE = Integer.getInteger("dmsc.kill.rate", 50);
    private static final Set<String> TERMINAL = Set.of("COMPLETED", "FAILED", "CANCELED", "REJECTED");
    private static final int SAMPLE = 40;
    private static final String REPEATABLE = "echo";
    private static final String ONCE_ONLY = "ledger";
    /** More than the five minutes after which the router ends every task. */
    private static final Duration BOUND = Duration.ofMinutes(6);

    /** Kept with all logs when something is wrong. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Map<String, Map<Credentials, Participant>> callers = new ConcurrentHashMap<>();

    @Test
    void everyAcceptedTaskEndsOnceWhoeverIsKilled() {
        try (SplitFabric fabric = new SplitFabric(folder).start()) {
            fabric.operator().post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
            Credentials alice = fabric.issue("acme", "alice");
            try (HttpAgent echo = agent(fabric, REPEATABLE);
                    HttpAgent ledger = agent(fabric, ONCE_ONLY);
                    Load load = new Load(
                            (number, attempt) ->
                                    caller(fabric, SplitFabric.GATEWAYS.get((number + attempt) % 2), alice),
                            List.of(REPEATABLE, ONCE_ONLY))) {
                load.start(RATE);
                more(load, RATE);
                for (int cycle = 0; cycle < CYCLES; cycle++) {
                    killed(fabric, load, SplitFabric.ROUTER);
                    killed(fabric, load, SplitFabric.GATEWAYS.get(cycle % 2));
                }
                load.finish();
                verify(fabric, load, alice, Map.of(REPEATABLE, echo, ONCE_ONLY, ledger));
            }
        }
    }

    /** Kills it, lets the others work on for a while, starts it again, and lets all work for a while. */
    private void killed(SplitFabric fabric, Load load, String node) {
        fabric.kill(node);
        more(load, 2 * RATE);
        fabric.startAgain(node);
        // It listens at another port now.
        callers.remove(node);
        more(load, 2 * RATE);
    }

    private static void more(Load load, int tasks) {
        int goal = load.acceptedSoFar() + tasks;
        Until.happens(
                () -> "acceptance of " + tasks + " more tasks; refused: " + load.refused(),
                BOUND,
                () -> load.acceptedSoFar() >= goal);
    }

    private void verify(SplitFabric fabric, Load load, Credentials alice, Map<String, HttpAgent> agents) {
        Map<String, String> accepted = load.accepted();
        Until.happens(
                "an outcome on the audit log for each of " + accepted.size() + " tasks",
                BOUND,
                () -> AuditLog.read(fabric.kafka(), "acme")
                        .perTask(AuditKind.OUTCOME)
                        .keySet()
                        .containsAll(accepted.keySet()));
        AuditLog audit = AuditLog.read(fabric.kafka(), "acme");
        Map<String, Integer> executions = new HashMap<>();
        agents.forEach((name, agent) -> agent.received()
                .forEach(call ->
                        executions.merge(call.at("/params/message/parts/0/text").asText(), 1, Integer::sum)));
        Map<String, String> ended = new HashMap<>();
        audit.of(AuditKind.OUTCOME).stream()
                .map(AuditRecord::getEvent)
                .forEach(event -> ended.put(event.getTaskId(), event.getState()));
        print(load, ended, audit, executions);

        assertThat(load.refused()).as("submissions that no gateway took").isEmpty();
        verifyAudit(audit, accepted.keySet());
        bothGatewaysSayTheSame(fabric, alice, ended);
        assertThat(executions.entrySet().stream()
                        .filter(one -> one.getKey().startsWith(ONCE_ONLY) && one.getValue() > 1))
                .as("work that must not be repeated, and was")
                .isEmpty();
    }

    /** Some of the tasks only: a gateway without the router's store replays the log for each. */
    private void bothGatewaysSayTheSame(SplitFabric fabric, Credentials alice, Map<String, String> ended) {
        ended.entrySet().stream()
                .limit(SAMPLE)
                .forEach(task -> SplitFabric.GATEWAYS.forEach(gateway -> Until.happens(
                        gateway + " says " + task,
                        BOUND,
                        () -> caller(fabric, gateway, alice)
                                .get("/tasks/" + task.getKey())
                                .state()
                                .equals(task.getValue()))));
    }

    private static void verifyAudit(AuditLog audit, Set<String> accepted) {
        for (int i = 0; i < audit.records().size(); i++) {
            assertThat(audit.records().get(i).getIndex()).as("audit index").isEqualTo(i);
        }
        assertThat(audit.records().stream().map(one -> one.getEvent().getEventId()))
                .as("audited events")
                .doesNotHaveDuplicates();
        assertThat(audit.perTask(AuditKind.TASK_ACCEPTED)).containsOnlyKeys(accepted);
        assertThat(audit.perTask(AuditKind.OUTCOME))
                .hasSize(accepted.size())
                .allSatisfy((id, count) -> assertThat(count).as(id).isEqualTo(1));
        Map<String, Long> decisions = new HashMap<>();
        audit.of(AuditKind.DECISION).stream()
                .map(AuditRecord::getEvent)
                .filter(event -> event.getEventId().startsWith("decision."))
                .forEach(event -> decisions.merge(event.getTaskId(), 1L, Long::sum));
        for (AuditRecord outcome : audit.of(AuditKind.OUTCOME)) {
            String id = outcome.getEvent().getTaskId();
            assertThat(outcome.getEvent().getState()).as(id).isIn(TERMINAL);
            assertThat(decisions.getOrDefault(id, 0L))
                    .as("audited decisions of %s, one per attempt", id)
                    .isEqualTo(outcome.getEvent().getAttempt());
        }
    }

    private static void print(Load load, Map<String, String> ended, AuditLog audit, Map<String, Integer> executions) {
        Map<String, Long> states = new TreeMap<>();
        ended.values().forEach(state -> states.merge(state, 1L, Long::sum));
        Map<String, Long> why = new TreeMap<>();
        audit.of(AuditKind.OUTCOME).stream()
                .filter(one -> one.getEvent().getRefusal() != null)
                .forEach(one -> why.merge(one.getEvent().getRefusal(), 1L, Long::sum));
        Map<Integer, Long> attempts = new TreeMap<>();
        audit.of(AuditKind.OUTCOME).forEach(one -> attempts.merge(one.getEvent().getAttempt(), 1L, Long::sum));
        Map<String, Long> repeated = new TreeMap<>();
        executions.forEach(
                (task, count) -> repeated.merge(task.substring(0, task.indexOf(' ')) + " x" + count, 1L, Long::sum));
        System.out.println("kills: " + CYCLES + " of the router, " + CYCLES + " of a gateway; rate: " + RATE + "/s"
                + "\ntasks asked: " + load.asked() + ", accepted: " + load.acceptedSoFar()
                + ", submissions sent again: "
                + load.retried() + ", given up: " + load.refused().size()
                + "\nends: " + states + ", why failed: " + why + ", tasks by attempts: " + attempts
                + "\nexecutions: " + repeated
                + "\naudit records: " + audit.records().size() + ", decisions: "
                + audit.of(AuditKind.DECISION).size());
    }

    private static HttpAgent agent(SplitFabric fabric, String name) {
        Credentials issued = fabric.issue("acme", name);
        HttpAgent agent = HttpAgent.start(issued, text -> {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            return text + " done";
        });
        ObjectNode body = new ObjectMapper().createObjectNode();
        body.set("card", agent.card(name, name, "Works for a test as " + name, name));
        ObjectNode hints = body.putObject("dmsc").put("capacity", 1000);
        if (name.equals(REPEATABLE)) {
            hints.putArray("idempotentSkills").add(name);
        }
        Answer registered = fabric.at(SplitFabric.GATEWAYS.get(0), issued).post("/v1/agents/" + name, body);
        assertThat(registered.status() / 100).as("%s", registered).isEqualTo(2);
        return agent;
    }

    /** One client per life of a gateway, so that connections are reused. */
    private Participant caller(SplitFabric fabric, String gateway, Credentials who) {
        return callers.computeIfAbsent(gateway, name -> new ConcurrentHashMap<>())
                .computeIfAbsent(who, key -> fabric.at(gateway, key));
    }
}
