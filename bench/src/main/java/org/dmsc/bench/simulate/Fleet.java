package org.dmsc.bench.simulate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;

/** The agents, and the gateway that holds their connections. What one agent does depends on the seed and not on who is chosen. */
final class Fleet {

    private static final long TRANSIT_MS = 3;
    private static final long HEARTBEAT_MS = 5_000;

    /** From a cut connection to the report of it. */
    private static final long NOTICE_MS = 200;

    private static final int GATEWAYS = 4;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final Scenario scenario;
    private final long seed;
    private final Clockwork clock;
    private final SimRegistry registry;
    private final SimRouter router;
    private final Map<AgentRef, SimAgent> agents = new LinkedHashMap<>();
    private int heartbeats;

    Fleet(Scenario scenario, long seed, Clockwork clock, SimRegistry registry, SimRouter router) {
        this.scenario = scenario;
        this.seed = seed;
        this.clock = clock;
        this.registry = registry;
        this.router = router;
    }

    List<SimAgent> agents() {
        return List.copyOf(agents.values());
    }

    /** All of them register, and begin to live. */
    void begin() {
        for (int i = 0; i < scenario.agents(); i++) {
            SplittableRandom random = new SplittableRandom(seed + i * GOLDEN);
            boolean wild = scenario.temper() == Scenario.Temper.WILD;
            AgentRef ref = AgentRef.of(tenant(i % scenario.tenants()), "agent-" + i);
            int capacity = wild ? 1 + random.nextInt(4) : 4;
            SimAgent agent = new SimAgent(ref, capacity, wild ? honesty(random) : SimAgent.Honesty.HONEST);
            agents.put(ref, agent);
            if (scenario.temper() == Scenario.Temper.ONE_SLOW && i < scenario.tenants()) {
                agent.slowness(Scenario.SLOW);
            }
            AgentRegistration card = registration(i, agent, random);
            Presence presence = new Presence("gw-" + i % GATEWAYS, 1L, 0);
            register(agent, card, presence);
            clock.in(random.nextLong(HEARTBEAT_MS), () -> beat(agent));
            if (wild) {
                plan(agent, new Mischief(card, presence, random));
            }
        }
    }

    static String tenant(int number) {
        return "tenant-" + number;
    }

    static String skill(int number) {
        return "skill-" + number;
    }

    private static SimAgent.Honesty honesty(SplittableRandom random) {
        int dice = random.nextInt(10);
        return dice == 0 ? SimAgent.Honesty.RAVES : dice == 1 ? SimAgent.Honesty.BOASTS : SimAgent.Honesty.HONEST;
    }

    private AgentRegistration registration(int number, SimAgent agent, SplittableRandom random) {
        boolean wild = scenario.temper() == Scenario.Temper.WILD;
        List<SkillRecord> skills = new ArrayList<>();
        int first = number / scenario.tenants() % scenario.skills();
        for (int i = 0; i < Math.min(wild ? 2 : 1, scenario.skills()); i++) {
            String id = skill((first + i) % scenario.skills());
            skills.add(new SkillRecord(id, id, "does " + id, List.of(), List.of(), number % 2 == 0));
        }
        return AgentRegistration.newBuilder()
                .setCardJson("{}")
                .setName(agent.ref().agent().value())
                .setDescription("simulated")
                .setChannel(AgentChannel.MQTT5)
                .setSkills(skills)
                .setCapacity(agent.capacity())
                .setRegion(wild ? "region-" + random.nextInt(3) : null)
                .setCost(wild ? random.nextDouble() * 2 : 1)
                .setHeartbeatMs(HEARTBEAT_MS)
                .build();
    }

    private void register(SimAgent agent, AgentRegistration card, Presence presence) {
        registry.report(report(agent, AgentReportKind.REGISTERED)
                .setRegistration(card)
                .setPresence(presence)
                .build());
    }

    private AgentReport.Builder report(SimAgent agent, AgentReportKind kind) {
        return AgentReport.newBuilder()
                .setReportId("r" + clock.count())
                .setTenant(agent.ref().tenant().value())
                .setAgent(agent.ref().agent().value())
                .setKind(kind)
                .setTime(clock.now());
    }

    private void beat(SimAgent agent) {
        if (agent.alive()) {
            registry.report(report(agent, AgentReportKind.HEARTBEAT)
                    .setLoad(agent.load(heartbeats++))
                    .build());
        }
        clock.in(HEARTBEAT_MS, () -> beat(agent));
    }

    /** What goes wrong with an agent, and when. */
    private record Mischief(AgentRegistration card, Presence presence, SplittableRandom random) {

        long pause(long mean) {
            return 1 + (long) (-mean * Math.log(1 - random.nextDouble()));
        }
    }

    private static final long CALM_MS = 60_000;
    private static final long TROUBLE_MS = 15_000;
    private static final double MOSTLY = 0.8;

    private void plan(SimAgent agent, Mischief mischief) {
        clock.in(mischief.pause(CALM_MS), () -> {
            trouble(agent, mischief);
            clock.in(mischief.pause(TROUBLE_MS), () -> {
                better(agent, mischief);
                plan(agent, mischief);
            });
        });
    }

    private void trouble(SimAgent agent, Mischief mischief) {
        switch (mischief.random().nextInt(5)) {
            case 0 -> crash(agent, mischief.presence());
            // Nobody is told: only its heartbeats stop.
            case 1 -> agent.crash();
            case 2 -> agent.slowness(Scenario.SLOW);
            case 3 -> agent.failing(MOSTLY);
            default -> registry.report(report(agent, AgentReportKind.DRAINING).build());
        }
    }

    private void better(SimAgent agent, Mischief mischief) {
        agent.slowness(1);
        agent.failing(0);
        if (!agent.alive()) {
            agent.revive();
            registry.report(report(agent, AgentReportKind.PRESENT)
                    .setPresence(mischief.presence())
                    .build());
        }
        register(agent, mischief.card(), mischief.presence());
    }

    private void crash(SimAgent agent, Presence presence) {
        List<Delivery> lost = List.copyOf(agent.crash());
        clock.in(NOTICE_MS, () -> {
            registry.report(report(agent, AgentReportKind.ABSENT)
                    .setPresence(presence)
                    .setReason("connection ended")
                    .build());
            lost.forEach(delivery -> router.event(event(delivery, TaskEventKind.ATTEMPT_FAILED)
                    .setRefusal(Refusal.AGENT_LOST.name())
                    .setUncertain(true)
                    .build()));
        });
    }

    void deliver(Delivery delivery) {
        clock.in(TRANSIT_MS, () -> {
            SimAgent agent = agent(delivery);
            if (!agent.alive()) {
                router.event(event(delivery, TaskEventKind.ATTEMPT_FAILED)
                        .setRefusal(Refusal.UNDELIVERABLE.name())
                        .build());
            } else if (agent.accept(delivery)) {
                work(agent, delivery);
            }
        });
    }

    void stop(Delivery delivery) {
        clock.in(TRANSIT_MS, () -> agent(delivery).stop(delivery.getDeliveryId()));
    }

    private void work(SimAgent agent, Delivery delivery) {
        SplittableRandom random =
                new SplittableRandom(seed ^ (delivery.getDeliveryId().hashCode() * GOLDEN));
        double millis = -scenario.workMillis() * Math.log(1 - random.nextDouble()) * agent.slowness();
        boolean fails = random.nextDouble() < agent.failing();
        long life = agent.life();
        clock.in((long) millis, () -> {
            if (agent.life() == life && agent.alive()) {
                finish(agent, delivery, fails);
            }
        });
    }

    private void finish(SimAgent agent, Delivery delivery, boolean fails) {
        if (agent.end(delivery.getDeliveryId())) {
            router.event(event(delivery, TaskEventKind.AGENT_UPDATE)
                    .setState(fails ? TaskStateName.FAILED : TaskStateName.COMPLETED)
                    .build());
        }
        if (agent.hasNext()) {
            work(agent, agent.next());
        }
    }

    private TaskEvent.Builder event(Delivery delivery, TaskEventKind kind) {
        return TaskEvent.newBuilder()
                .setEventId(delivery.getDeliveryId() + "." + kind)
                .setTaskId(delivery.getTaskId())
                .setContextId(delivery.getContextId())
                .setKind(kind)
                .setAttempt(delivery.getAttempt())
                .setBy("agent")
                .setTime(clock.now());
    }

    private SimAgent agent(Delivery delivery) {
        AgentRef ref = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        return Optional.ofNullable(agents.get(ref)).orElseThrow();
    }

    /** The truth, for the oracle: how long one task more would be with this agent, in mean tasks. */
    double wait(AgentRef ref) {
        SimAgent agent = Optional.ofNullable(agents.get(ref)).orElseThrow();
        if (!agent.alive() || agent.failing() > 0) {
            return Double.MAX_VALUE;
        }
        double queued = Math.max(0, agent.held() + 1 - agent.capacity());
        return agent.slowness() * (1 + queued / agent.capacity()) + agent.held() / 1e6;
    }
}
