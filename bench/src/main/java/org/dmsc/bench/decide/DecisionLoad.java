package org.dmsc.bench.decide;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.dmsc.router.decide.AgentSelector;
import org.dmsc.router.decide.Decision;
import org.dmsc.router.decide.SelectionPolicy;
import org.dmsc.router.topology.Candidates;
import org.dmsc.router.topology.Deciding;
import org.dmsc.router.topology.InFlight;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.policy.Policies;

/** Decisions one after another on one thread, through what the router asks: candidates, permission, filter, choice, with its reasons. */
final class DecisionLoad {

    private static final long MOST_NANOS = 10_000_000_000L;
    private static final int QUESTIONS = 8_192;
    private static final long TIME = 1_700_000_000_000L;

    /** How the need is put. */
    enum Need {
        /** The skill by its id, and the request's words. */
        SKILL,
        /** The request's words alone. */
        TEXT
    }

    /**
     * What a run showed.
     *
     * @param perSecond of the clock
     * @param perCpuSecond of the processor's time: the same on a machine that does nothing else
     */
    record Result(double perSecond, double perCpuSecond, double p50Us, double p99Us, double assignedShare) {}

    private final Population population;
    private final Deciding deciding;
    private final InFlight.Share share;
    private final Deque<AgentRef> working = new ArrayDeque<>();
    private final int busy;

    DecisionLoad(Population population, Agents agents, CapabilityIndex index) {
        this.population = population;
        this.busy = population.agents();
        InFlight inFlight = new InFlight(1);
        Candidates candidates = new Candidates(
                new TenantsInMemory(population), Policies.none(), agents, index, Experiences.NONE, inFlight);
        this.deciding = new Deciding(candidates, new AgentSelector(SelectionPolicy.DEFAULT), new Random(1));
        this.share = inFlight.share();
    }

    /** Decides for that long; the first part is not counted. */
    Result run(Need need, Duration warmUp, Duration howLong) {
        TaskSubmission[] questions = questions(need);
        measure(questions, warmUp);
        return measure(questions, howLong);
    }

    private Result measure(TaskSubmission[] questions, Duration howLong) {
        Histogram nanos = new Histogram(MOST_NANOS, 3);
        long assigned = 0;
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        long before = begin;
        for (int i = 0; before - begin < howLong.toNanos(); i++) {
            Decision decision = deciding.decide(questions[i % questions.length], List.of(), TIME);
            if (decision instanceof Decision.Assign assign) {
                assigned++;
                work(assign.choice().agent());
            }
            long after = System.nanoTime();
            nanos.recordValue(Math.min(MOST_NANOS, after - before));
            before = after;
        }
        double count = nanos.getTotalCount();
        return new Result(
                count * 1e9 / (before - begin),
                count * 1e9 / (threads.getCurrentThreadCpuTime() - cpu),
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                assigned / count);
    }

    /** Every agent works on one task in the mean; whoever began first ends first. */
    private void work(AgentRef agent) {
        share.opened(agent);
        working.add(agent);
        if (working.size() > busy) {
            share.closed(working.remove());
        }
    }

    private TaskSubmission[] questions(Need need) {
        SplittableRandom random = new SplittableRandom(7);
        TaskSubmission[] questions = new TaskSubmission[QUESTIONS];
        for (int i = 0; i < questions.length; i++) {
            int tenant = random.nextInt(population.tenants());
            int skill = population.skillOf(tenant, random);
            questions[i] = TaskSubmission.newBuilder()
                    .setTaskId("task-" + i)
                    .setContextId("context-" + i)
                    .setMessageId("message-" + i)
                    .setCallerTenant(population.tenant(tenant))
                    .setCallerAgent("caller")
                    .setProtocol("internal")
                    .setGateway("gw-1")
                    .setSkill(need == Need.SKILL ? Population.skillId(skill) : null)
                    .setIntent(Population.request(skill, random))
                    .setCreatedAt(TIME)
                    .setDeadline(TIME + 60_000)
                    .setAttemptTimeoutMs(10_000)
                    .setMaxAttempts(4)
                    .setRootTaskId("task-" + i)
                    .setPayloadHmac("p")
                    .setIntentHmac("i")
                    .build();
        }
        return questions;
    }
}
