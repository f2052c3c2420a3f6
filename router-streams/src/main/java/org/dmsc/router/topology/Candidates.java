package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.router.decide.Candidate;
import org.dmsc.router.decide.ContextMemory;
import org.dmsc.router.decide.Surroundings;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Experiences;
import org.dmsc.tenant.directory.Match;
import org.dmsc.tenant.directory.Query;
import org.dmsc.tenant.directory.SkillLookup;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.Ambiguity;

/** Finds in memory who might do a task. Thread-safe. */
public final class Candidates {

    /** So many are looked at for a decision that goes by text: the best may be among them for a reason that a few would not show. */
    private static final int MOST = 32;

    /** Where the skill is named all are as good, and load decides: two would do, these leave room for those that cannot now. */
    private static final int MOST_OF_SKILL = 6;

    /** Of a named agent's tenant, to find which of its skills was meant. */
    private static final int MOST_OF_TENANT = 64;

    private static final int DEFAULT_MOST_HOPS = 8;

    private final Tenants tenants;
    private final Policies policies;
    private final Agents agents;
    private final CapabilityIndex index;
    private final Experiences experiences;
    private final InFlight inFlight;
    private final CandidateJudge judge;

    /** Ranks by what each caller's own tenant has learnt, where it has. */
    public Candidates(
            Tenants tenants,
            Policies policies,
            Agents agents,
            CapabilityIndex index,
            Experiences experiences,
            InFlight inFlight) {
        this.tenants = tenants;
        this.policies = policies;
        this.judge = new CandidateJudge(tenants, policies);
        this.agents = agents;
        this.index = index;
        this.experiences = experiences;
        this.inFlight = inFlight;
    }

    /** Begins to follow agents and tenants. */
    public void start() {
        tenants.onChange(changed -> inFlight.touched());
        agents.onChange((agent, snapshot) -> inFlight.touched());
    }

    /** How much of the registry is known. */
    long registryOffset() {
        return agents.offset();
    }

    /** How deep the tenant lets delegations nest. */
    int mostHops(String tenant) {
        return tenants.find(new TenantId(tenant))
                .map(found -> found.getLimits().getMaxHops())
                .orElse(DEFAULT_MOST_HOPS);
    }

    /** What the tenant wants when a request fits several skills about equally well. */
    Ambiguity ambiguity(String tenant) {
        return policies.of(new TenantId(tenant)).ambiguity();
    }

    /** Whether something may be begun for the tenant now; one that nobody knows yet is no reason to wait. */
    boolean mayBegin(String tenant) {
        return tenants.find(new TenantId(tenant))
                .filter(found -> found.getState() != TenantState.ACTIVE)
                .isEmpty();
    }

    /** What makes one agent nearer to the caller than another. */
    Surroundings surroundings(TaskSubmission submission, ContextMemory contexts) {
        AgentRef caller = AgentRef.of(submission.getCallerTenant(), submission.getCallerAgent());
        Optional<String> region =
                agents.find(caller).map(found -> found.getRegistration().getRegion());
        return new Surroundings(region, contexts.lastOf(submission));
    }

    /** How many can fit at most. */
    int most(TaskSubmission submission, long now) {
        TenantId caller = new TenantId(submission.getCallerTenant());
        return submission.getTargetAgent() == null ? index.most(query(judge.visibleTo(caller, now), submission, 0)) : 1;
    }

    /** How many {@link #find} gives at most. */
    static int limit(TaskSubmission submission) {
        return submission.getSkill() == null ? MOST : MOST_OF_SKILL;
    }

    /**
     * Candidates, at most {@link #limit}; where more fit about equally well, those from {@code sample} on, round and round, and the one that
     * is known from the context in any case.
     */
    List<Candidate> find(TaskSubmission submission, Optional<AgentRef> known, int sample, long now) {
        TenantId caller = new TenantId(submission.getCallerTenant());
        CandidateJudge.Session session = judge.session(submission, now);
        return submission.getTargetAgent() == null
                ? search(query(judge.visibleTo(caller, now), submission, sample), submission, known, session)
                : named(submission, session);
    }

    private List<Candidate> named(TaskSubmission submission, CandidateJudge.Session session) {
        String tenant =
                submission.getTargetTenant() == null ? submission.getCallerTenant() : submission.getTargetTenant();
        AgentRef target = AgentRef.of(tenant, submission.getTargetAgent());
        return agents.find(target)
                .map(snapshot -> candidate(
                        target,
                        snapshot,
                        skillOf(target, snapshot, submission),
                        new Fit(1, List.of("named by the caller")),
                        session))
                .map(List::of)
                .orElse(List.of());
    }

    private Optional<SkillRecord> skillOf(AgentRef agent, AgentSnapshot snapshot, TaskSubmission submission) {
        if (submission.getSkill() != null) {
            return SkillLookup.find(snapshot.getRegistration(), submission.getSkill());
        }
        Optional<SkillRecord> only = SkillLookup.only(snapshot.getRegistration());
        if (only.isPresent()) {
            return only;
        }
        Query query = new Query(
                        Set.of(agent.tenant()),
                        Optional.empty(),
                        Set.copyOf(submission.getTags()),
                        submission.getIntent(),
                        MOST_OF_TENANT)
                .near(near(submission));
        return matches(query, submission).stream()
                .filter(match -> match.agent().equals(agent))
                .findFirst()
                .flatMap(match -> SkillLookup.find(snapshot.getRegistration(), match.skill()));
    }

    private List<Candidate> search(
            Query query, TaskSubmission submission, Optional<AgentRef> known, CandidateJudge.Session session) {
        List<Match> matches = withKnown(matches(query, submission), query, known);
        List<Candidate> found = new ArrayList<>(matches.size());
        Set<AgentRef> seen = query.skill().isPresent() ? Set.of() : new HashSet<>();
        for (Match match : matches) {
            Optional<AgentSnapshot> snapshot = agents.find(match.agent());
            // An agent offers a named skill once; by text it may be found by several of its skills, the best one first.
            if (snapshot.isPresent() && (query.skill().isPresent() || seen.add(match.agent()))) {
                Fit fit = new Fit(match.score(), match.why());
                Optional<SkillRecord> skill = SkillLookup.find(snapshot.get().getRegistration(), match.skill());
                found.add(candidate(match.agent(), snapshot.get(), skill, fit, session));
            }
        }
        return found;
    }

    /** What was learnt says which skill is meant: nothing where the caller says it. */
    private List<Match> matches(Query query, TaskSubmission submission) {
        return query.skill().isPresent()
                ? index.search(query)
                : experiences
                        .of(new TenantId(submission.getCallerTenant()))
                        .map(experience -> index.search(query, experience))
                        .orElseGet(() -> index.search(query));
    }

    /** It takes the last one's place, so that there are no more than were asked for. */
    private List<Match> withKnown(List<Match> matches, Query query, Optional<AgentRef> known) {
        boolean concerned = known.isPresent()
                && matches.size() == query.limit()
                && query.skill().isPresent()
                && query.tags().isEmpty()
                && query.tenants().contains(known.get().tenant());
        if (!concerned || matches.stream().anyMatch(match -> match.agent().equals(known.get()))) {
            return matches;
        }
        String skill = query.skill().get();
        boolean offers = agents.find(known.get())
                .flatMap(snapshot -> SkillLookup.find(snapshot.getRegistration(), skill))
                .isPresent();
        if (!offers) {
            return matches;
        }
        List<Match> with = new ArrayList<>(matches);
        with.set(
                with.size() - 1,
                new Match(known.get(), skill, 1, List.of("has the context", "offers the skill " + skill)));
        return with;
    }

    private static Query query(Set<TenantId> where, TaskSubmission submission, int sample) {
        return new Query(
                        where,
                        Optional.ofNullable(submission.getSkill()),
                        Set.copyOf(submission.getTags()),
                        submission.getIntent(),
                        limit(submission))
                .from(sample)
                .near(near(submission));
    }

    private static Map<String, Double> near(TaskSubmission submission) {
        Map<String, Double> near = new HashMap<>();
        submission.getNear().forEach(skill -> near.put(skill.getSkill(), (double) skill.getNearness()));
        return near;
    }

    private record Fit(double relevance, List<String> why) {}

    private Candidate candidate(
            AgentRef agent,
            AgentSnapshot snapshot,
            Optional<SkillRecord> skill,
            Fit fit,
            CandidateJudge.Session session) {
        return new Candidate(
                agent,
                snapshot,
                skill,
                fit.relevance(),
                fit.why(),
                session.judge(agent, snapshot, skill.map(SkillRecord::getId).orElse("")),
                inFlight.of(agent, snapshot.getInFlight()));
    }
}
