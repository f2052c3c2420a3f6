package org.dmsc.node.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.dmsc.node.testing.Credentials;
import org.dmsc.node.testing.NodeProcess;
import org.dmsc.node.testing.Participant;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Router, gateways and agents are killed under load, several times ({@code -Ddmsc.kill.cycles=5 -Ddmsc.kill.rate=50
 * -Ddmsc.kill.agent.ms=5000 -Ddmsc.kill.gateways=true}): every accepted task ends once, every decision is audited once, the audit index has no
 * gap, and work that must not be repeated is not. Cases 100 and 103 of contracts/security.md.
 */
@Tag("long")
@Timeout(3600)
final class KillIT {

    private static final int CYCLES = Integer.getInteger("dmsc.kill.cycles", 5);
    private static final int RATE = Integer.getInteger("dmsc.kill.rate", 50);
    private static final Set<String> TERMINAL = Set.of("COMPLETED", "FAILED", "CANCELED", "REJECTED");
    private static final int SAMPLE = 40;
    private static final Duration WITHOUT = Duration.ofSeconds(3);

    private static final boolean GATEWAYS_TOO = Boolean.parseBoolean(System.getProperty("dmsc.kill.gateways", "true"));
    private static final long SEED = Long.getLong("dmsc.kill.seed", System.nanoTime());
    private static final Duration KILL_AGENT_EVERY = Duration.ofMillis(Long.getLong("dmsc.kill.agent.ms", 5_000));
    private static final int REPEATERS = 3;
    private static final String REPEATABLE = "echo";
    private static final String ONCE_ONLY = "ledger";
    /** More than the five minutes after which the router ends every task. */
    private static final Duration BOUND = Duration.ofMinutes(6);

    /** Kept with all logs when something is wrong. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private int agentKills;
    private final List<Long> routerStarts = new ArrayList<>();
    private final Map<String, Map<Credentials, Participant>> callers = new ConcurrentHashMap<>();

    @Test
    void everyAcceptedTaskEndsOnceWhoeverIsKilled() {
        NodeProcess.rehearse(folder);
        try (SplitFabric fabric = new SplitFabric(folder).start()) {
            fabric.operator().post("/v1/config/tenants", "{\"tenant\":\"acme\"}");
            Credentials alice = fabric.issue("acme", "alice");
            List<MortalAgent> agents = new ArrayList<>();
            for (int i = 1; i <= REPEATERS; i++) {
                agents.add(new MortalAgent(fabric, REPEATABLE + "-" + i, REPEATABLE, true));
            }
            agents.add(new MortalAgent(fabric, ONCE_ONLY, ONCE_ONLY, false));
            try (AgentKills kills = new AgentKills(agents, SEED, KILL_AGENT_EVERY);
                    Load load = new Load(
                            (number, attempt) ->
                                    caller(fabric, SplitFabric.GATEWAYS.get((number + attempt) % 2), alice),
                            List.of(REPEATABLE, ONCE_ONLY),
                            KillIT::request)) {
                load.start(RATE);
                more(load, RATE);
                kills.start();
                for (int cycle = 0; cycle < CYCLES; cycle++) {
                    killed(fabric, load, SplitFabric.ROUTER);
                    if (GATEWAYS_TOO) {
                        killed(fabric, load, SplitFabric.GATEWAYS.get(cycle % 2));
                    }
                }
                load.finish();
                kills.stop();
                agentKills = kills.done();
                verify(fabric, load, alice, agents);
            } finally {
                agents.forEach(MortalAgent::close);
            }
        }
    }

    /** Work that can be repeated is asked for by skill, so that another agent can do it; the other of the one agent that does it. */
    private static ObjectNode request(String kind, String text) {
        if (kind.equals(ONCE_ONLY)) {
            return Participant.ask(ONCE_ONLY, text);
        }
        ObjectNode body = Participant.ask(text);
        ((ObjectNode) body.get("message"))
                .putObject("metadata")
                .putObject("urn:dmsc:ext:delegation:1")
                .put("skill", kind);
        return body;
    }

    /** Kills it, lets the others work on for a while, starts it again, and lets all work for a while. */
    private void killed(SplitFabric fabric, Load load, String node) {
        fabric.kill(node);
        withoutIt(load);
        if (node.equals(SplitFabric.ROUTER)) {
            routerStarts.add(Clock.systemUTC().millis());
        }
        fabric.startAgain(node);
        // It listens at another port now.
        callers.remove(node);
        more(load, 2 * RATE);
    }

    /** Some more are accepted; or none, because 256 wait for the router already, and the gateways refuse. */
    private static void withoutIt(Load load) {
        int goal = load.acceptedSoFar() + 2 * RATE;
        long end = System.nanoTime() + WITHOUT.toNanos();
        while (load.acceptedSoFar() < goal && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static void more(Load load, int tasks) {
        int goal = load.acceptedSoFar() + tasks;
        Until.happens(
                () -> "acceptance of " + tasks + " more tasks; refused: " + load.refused(),
                BOUND,
                () -> load.acceptedSoFar() >= goal);
    }

    private void verify(SplitFabric fabric, Load load, Credentials alice, List<MortalAgent> agents) {
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
        // A cancel is no work.
        agents.forEach(agent -> agent.received().stream()
                .filter(call -> call.path("method").asText().startsWith("Send"))
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

    static void verifyAudit(AuditLog audit, Set<String> accepted) {
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
        Map<String, List<Integer>> decisions = new HashMap<>();
        audit.of(AuditKind.DECISION).stream()
                .map(AuditRecord::getEvent)
                .filter(event -> event.getEventId().startsWith("decision."))
                .forEach(event -> decisions
                        .computeIfAbsent(event.getTaskId(), id -> new ArrayList<>())
                        .add(event.getAttempt()));
        for (AuditRecord outcome : audit.of(AuditKind.OUTCOME)) {
            String id = outcome.getEvent().getTaskId();
            assertThat(outcome.getEvent().getState()).as(id).isIn(TERMINAL);
            assertThat(decisions.getOrDefault(id, List.of()))
                    .as("audited decisions of %s, one per attempt, none missing, none double", id)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(1, outcome.getEvent().getAttempt())
                                    .boxed()
                                    .toList());
        }
    }

    private static long firstDecision(AuditLog audit, long start) {
        return audit.of(AuditKind.DECISION).stream()
                .mapToLong(one -> one.getEvent().getTime() - start)
                .filter(after -> after >= 0)
                .min()
                .orElse(-1);
    }

    private void print(Load load, Map<String, String> ended, AuditLog audit, Map<String, Integer> executions) {
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
        System.out.println(
                "kills: " + CYCLES + " of the router, " + (GATEWAYS_TOO ? CYCLES : 0) + " of a gateway, " + agentKills
                        + " of an agent (seed " + SEED + "); rate: " + RATE + "/s"
                        + "\nms from the killed router's start to its first decision: "
                        + routerStarts.stream()
                                .map(start -> firstDecision(audit, start))
                                .toList()
                        + "\ntasks asked: " + load.asked() + ", accepted: " + load.acceptedSoFar()
                        + ", submissions sent again: "
                        + load.retried() + ", given up: " + load.refused().size()
                        + "\nends: " + states + ", why failed: " + why + ", tasks by attempts: " + attempts
                        + "\nexecutions: " + repeated
                        + "\naudit records: " + audit.records().size() + ", decisions: "
                        + audit.of(AuditKind.DECISION).size());
    }

    /** One client per life of a gateway, so that connections are reused. */
    private Participant caller(SplitFabric fabric, String gateway, Credentials who) {
        return callers.computeIfAbsent(gateway, name -> new ConcurrentHashMap<>())
                .computeIfAbsent(who, key -> fabric.at(gateway, key));
    }
}
