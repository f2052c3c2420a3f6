package org.dmsc.router.topology;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.router.decide.Candidate;
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
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.Ambiguity;

/** Finds in memory who might do a task. Thread-safe. */
public final class Candidates {

    private static final int MOST = 64;
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

    List<Candidate> find(TaskSubmission submission, long now) {
        TenantId caller = new TenantId(submission.getCallerTenant());
        return submission.getTargetAgent() == null ? search(caller, submission, now) : named(submission, now);
    }

    private List<Candidate> named(TaskSubmission submission, long now) {
        String tenant =
                submission.getTargetTenant() == null ? submission.getCallerTenant() : submission.getTargetTenant();
        AgentRef target = AgentRef.of(tenant, submission.getTargetAgent());
        return agents.find(target)
                .map(snapshot -> candidate(
                        submission,
                        snapshot,
                        skillOf(snapshot, submission),
                        new Fit(1, List.of("named by the caller")),
                        now))
                .map(List::of)
                .orElse(List.of());
    }

    private Optional<SkillRecord> skillOf(AgentSnapshot snapshot, TaskSubmission submission) {
        List<SkillRecord> skills = snapshot.getRegistration().getSkills();
        if (submission.getSkill() != null) {
            return skill(snapshot, submission.getSkill());
        }
        if (skills.size() == 1) {
            return Optional.of(skills.get(0));
        }
        AgentRef agent = AgentRef.of(snapshot.getTenant(), snapshot.getAgent());
        return matches(Set.of(agent.tenant()), submission).stream()
                .filter(match -> match.agent().equals(agent))
                .findFirst()
                .flatMap(match -> skill(snapshot, match.skill()));
    }

    private List<Candidate> search(TenantId caller, TaskSubmission submission, long now) {
        List<Candidate> found = new ArrayList<>();
        Set<AgentRef> seen = new HashSet<>();
        for (Match match : matches(judge.visibleTo(caller, now), submission)) {
            Optional<AgentSnapshot> snapshot = agents.find(match.agent());
            if (snapshot.isPresent() && seen.add(match.agent())) {
                Fit fit = new Fit(match.score(), match.why());
                found.add(candidate(submission, snapshot.get(), skill(snapshot.get(), match.skill()), fit, now));
            }
        }
        return found;
    }

    private List<Match> matches(Set<TenantId> where, TaskSubmission submission) {
        Query query = new Query(
                where,
                Optional.ofNullable(submission.getSkill()),
                Set.copyOf(submission.getTags()),
                submission.getIntent(),
                MOST);
        return experiences
                .of(new TenantId(submission.getCallerTenant()))
                .map(experience -> index.search(query, experience))
                .orElseGet(() -> index.search(query));
    }

    private record Fit(double relevance, List<String> why) {}

    private Candidate candidate(
            TaskSubmission submission, AgentSnapshot snapshot, Optional<SkillRecord> skill, Fit fit, long now) {
        AgentRef agent = AgentRef.of(snapshot.getTenant(), snapshot.getAgent());
        return new Candidate(
                snapshot,
                skill,
                fit.relevance(),
                fit.why(),
                judge.judge(submission, snapshot, skill.map(SkillRecord::getId).orElse(""), now),
                inFlight.of(agent, snapshot.getInFlight()));
    }

    private static Optional<SkillRecord> skill(AgentSnapshot snapshot, String id) {
        return snapshot.getRegistration().getSkills().stream()
                .filter(skill -> skill.getId().equals(id))
                .findFirst();
    }
}
