package org.dmsc.router.topology;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.dmsc.router.decide.Permission;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.policy.Crossings;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.policy.Visibility;
import org.dmsc.tenant.rules.Access;
import org.dmsc.tenant.rules.AccessRule;
import org.dmsc.tenant.rules.Checks;
import org.dmsc.tenant.rules.Destination;
import org.dmsc.tenant.rules.Mode;
import org.dmsc.tenant.rules.Verdict;
import org.dmsc.tenant.rules.Verdict.Allowed;
import org.dmsc.tenant.rules.Verdict.Denied;

/** Asks the one rule of the fabric about each candidate, with the skill that it would use. Thread-safe. */
final class CandidateJudge {

    private final Tenants tenants;
    private final Policies policies;
    private final Visibility visibility;

    CandidateJudge(Tenants tenants, Policies policies) {
        this.tenants = tenants;
        this.policies = policies;
        this.visibility = new Visibility(tenants, policies);
    }

    /** Whether the agent may do the task. */
    Permission judge(TaskSubmission submission, AgentSnapshot agent, String skill, long now) {
        TenantId caller = new TenantId(submission.getCallerTenant());
        AgentRef ref = AgentRef.of(agent.getTenant(), agent.getAgent());
        Access access = new Access(
                Policies.party(policies, tenants, caller),
                Optional.of(new Destination(
                        Policies.party(policies, tenants, ref.tenant()),
                        ref,
                        Optional.of(skill),
                        Optional.ofNullable(agent.getRegistration().getRegion()))),
                submission.getStreaming() ? Mode.STREAM : Mode.REQUEST,
                Crossings.origin(caller, submission.getAncestors()),
                0,
                new HashSet<>(submission.getDataTags()),
                now);
        Verdict verdict = AccessRule.decide(access, Checks.NONE);
        if (verdict instanceof Denied denied) {
            // A task that was taken in is carried to its end, whatever became of its tenant since: the edge admits, the
            // router routes.
            boolean gone = denied.refusal() == Refusal.TENANT_INACTIVE || denied.refusal() == Refusal.TENANT_UNKNOWN;
            return gone && ref.tenant().equals(caller) ? Permission.FREE : Permission.no(denied);
        }
        if (verdict instanceof Allowed allowed) {
            return new Permission(Optional.empty(), allowed.grant(), allowed.trials());
        }
        throw new IllegalStateException("unknown verdict: " + verdict);
    }

    /** The caller's own tenant and those that grant it anything now; the skill itself is asked about for each candidate. */
    Set<TenantId> visibleTo(TenantId caller, long now) {
        return visibility.of(caller, now);
    }
}
