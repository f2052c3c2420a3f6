package org.dmsc.bench.simulate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.decide.Pick;
import org.dmsc.router.decide.SelectionPolicy;
import org.dmsc.router.topology.Candidates;
import org.dmsc.router.topology.Deciding;
import org.dmsc.router.topology.InFlight;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.policy.Policies;

/** One run of a scenario with one way to choose. The same scenario, way and seed give the same result, on every machine. */
public final class Simulation {

    private static final long SETTLE_MS = 2_000;
    private static final long SWEEP_MS = 1_000;
    private static final int CONTEXTS = 500;

    /** One task in so many belongs to a context that others belong to as well. */
    private static final int IN_CONTEXT = 5;

    private static final double ATTEMPT_TIMEOUT = 6;
    private static final double DEADLINE = 18;

    private final Scenario scenario;
    private final Clockwork clock = new Clockwork();
    private final SimDirectory directory;
    private final Invariants invariants;
    private final Tally tally = new Tally();
    private final SimRouter router;
    private final Fleet fleet;
    private final SplittableRandom arrivals;
    private int sent;

    /** Names of the ways to choose; production's is the first. */
    public static List<String> strategies() {
        return List.copyOf(Strategies.all().keySet());
    }

    /**
     * Makes a run.
     *
     * @param seen what the router sees of a snapshot: itself, or something else to see whether the invariants notice
     */
    public Simulation(Scenario scenario, String strategy, long seed, UnaryOperator<AgentSnapshot> seen) {
        this.scenario = scenario;
        this.arrivals = new SplittableRandom(seed);
        this.directory = new SimDirectory();
        this.invariants = new Invariants(directory);
        SimRegistry registry = new SimRegistry(clock, directory, invariants);
        InFlight inFlight = new InFlight(1);
        Candidates candidates = new Candidates(
                directory.tenants(),
                Policies.none(),
                directory.through(seen),
                directory.index(),
                Experiences.NONE,
                inFlight);
        Way way = new Way(Strategies.all().getOrDefault(strategy, Strategies.unknown(strategy)));
        Deciding deciding = new Deciding(
                candidates,
                new AgentSelector(
                        SelectionPolicy.DEFAULT,
                        (question, close, random) -> way.pick().among(question, close, random)),
                new Random(seed));
        this.router = new SimRouter(clock, deciding, inFlight, registry, invariants, tally);
        this.fleet = new Fleet(scenario, seed, clock, registry, router);
        way.know(fleet);
        router.serve(fleet);
        directory.onChange((agent, snapshot) -> router.freed());
    }

    /** The way to choose knows the fleet, which knows the router, which knows the way to choose. */
    private static final class Way {

        private final Function<Fleet, Pick> make;
        private Pick pick = (question, close, random) -> close.get(0);

        Way(Function<Fleet, Pick> make) {
            this.make = make;
        }

        void know(Fleet fleet) {
            pick = make.apply(fleet);
        }

        Pick pick() {
            return pick;
        }
    }

    /** Runs it to its end: every task has arrived and ended, or is long overdue. */
    public Outcome run() {
        for (int i = 0; i < scenario.tenants(); i++) {
            directory.tenant(Fleet.tenant(i));
        }
        fleet.begin();
        clock.in(SETTLE_MS, this::arrive);
        clock.in(SWEEP_MS, this::sweep);
        double places = fleet.agents().stream().mapToInt(SimAgent::capacity).sum();
        long end = Clockwork.BEGIN
                + SETTLE_MS
                + (long) (2 * scenario.tasks() * meanGap(places) + 2 * DEADLINE * scenario.workMillis())
                + Invariants.GRACE_MS;
        while ((sent < scenario.tasks() || tally.open() > 0) && clock.now() < end && clock.step()) {
            // Each step checks what it changed.
        }
        return outcome();
    }

    private double meanGap(double places) {
        return scenario.workMillis() / (places * scenario.load());
    }

    private void arrive() {
        router.submit(submission(sent));
        sent++;
        if (sent < scenario.tasks()) {
            double places = fleet.agents().stream().mapToInt(SimAgent::capacity).sum();
            double gap = -Math.log(1 - arrivals.nextDouble()) * meanGap(places) + carry;
            carry = gap - Math.floor(gap);
            clock.in((long) gap, this::arrive);
        }
    }

    /** Gaps are often shorter than a millisecond: what was cut off is not lost. */
    private double carry;

    private TaskSubmission submission(int number) {
        String context = arrivals.nextInt(IN_CONTEXT) == 0 ? "shared-" + arrivals.nextInt(CONTEXTS) : "own-" + number;
        long now = clock.now();
        return TaskSubmission.newBuilder()
                .setTaskId("task-" + number)
                .setContextId(context)
                .setMessageId("message-" + number)
                .setCallerTenant(Fleet.tenant(arrivals.nextInt(scenario.tenants())))
                .setCallerAgent("caller")
                .setProtocol("internal")
                .setGateway("gw-" + arrivals.nextInt(4))
                .setSkill(Fleet.skill(arrivals.nextInt(scenario.skills())))
                .setCreatedAt(now)
                .setDeadline(now + (long) (DEADLINE * scenario.workMillis()))
                .setAttemptTimeoutMs((long) (ATTEMPT_TIMEOUT * scenario.workMillis()))
                .setMaxAttempts(4)
                .setRootTaskId("task-" + number)
                .setPayloadHmac("p")
                .setIntentHmac("i")
                .build();
    }

    private void sweep() {
        invariants.sweep(router.waiting(), router.states());
        clock.in(SWEEP_MS, this::sweep);
    }

    private Outcome outcome() {
        List<SimAgent> agents = fleet.agents();
        double[] perPlace = agents.stream()
                .mapToDouble(agent -> tally.of(agent.ref()) / (double) agent.capacity())
                .toArray();
        double mean = 0;
        double most = 0;
        for (double one : perPlace) {
            mean += one / perPlace.length;
            most = Math.max(most, one);
        }
        double others = (mean * perPlace.length - perPlace[0]) / Math.max(1, perPlace.length - 1);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("busiest_to_mean", most / mean);
        figures.put("first_to_others", perPlace[0] / others);
        figures.put("p50_ms", tally.latencyMs(50));
        figures.put("p99_ms", tally.latencyMs(99));
        figures.put("p999_ms", tally.latencyMs(99.9));
        figures.put("wasted_attempts", tally.wastedShare());
        figures.put("completed", (double) tally.completed());
        figures.put("failed", (double) tally.failed());
        return new Outcome(figures, invariants.violations(), invariants.told(), clock.count());
    }

    /**
     * What came of it.
     *
     * @param figures {@code busiest_to_mean} tasks per place, {@code first_to_others} the same of the first agent, latencies of completed
     *     tasks, {@code wasted_attempts} the share that did not complete its task, and counts of tasks
     * @param violations how often an invariant did not hold
     * @param told the first of them in words
     * @param events how much happened
     */
    public record Outcome(Map<String, Double> figures, long violations, List<String> told, long events) {

        public Outcome {
            figures = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(figures));
            told = List.copyOf(told);
        }

        /** One of the figures. */
        public double figure(String name) {
            return figures.getOrDefault(name, Double.NaN);
        }
    }
}
