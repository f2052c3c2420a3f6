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
import org.dmsc.tenant.rules.Access.Origin;
import org.dmsc.tenant.rules.AccessRule;
import org.dmsc.tenant.rules.Checks;
import org.dmsc.tenant.rules.Destination;
import org.dmsc.tenant.rules.Mode;
import org.dmsc.tenant.rules.Party;
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

    /** Begins to judge the candidates of one task. */
    Session session(TaskSubmission submission, long now) {
        return new Session(submission, now);
    }

    /** The candidates of one task, one after another. Not thread-safe. */
    final class Session {

        private final TaskSubmission submission;
        private final TenantId caller;
        private final Party party;
        private final Origin origin;
        private final Set<String> dataTags;
        private final long now;
        private Optional<Allowance> last = Optional.empty();

        private Session(TaskSubmission submission, long now) {
            this.submission = submission;
            this.caller = new TenantId(submission.getCallerTenant());
            this.party = Policies.party(policies, tenants, caller);
            this.origin = Crossings.origin(caller, submission.getAncestors());
            this.dataTags = new HashSet<>(submission.getDataTags());
            this.now = now;
        }

        /** Whether the agent may do the task by that skill. */
        Permission judge(AgentRef agent, AgentSnapshot snapshot, String skill) {
            Optional<String> region =
                    Optional.ofNullable(snapshot.getRegistration().getRegion());
            if (last.isPresent() && last.get().covers(agent.tenant(), skill, region)) {
                return last.get().permission();
            }
            Permission permission = ask(agent, skill, region);
            if (permission.denied().isEmpty()) {
                last = Optional.of(new Allowance(agent.tenant(), skill, region, permission));
            }
            return permission;
        }

        private Permission ask(AgentRef agent, String skill, Optional<String> region) {
            Party theirs = agent.tenant().equals(caller) ? party : Policies.party(policies, tenants, agent.tenant());
            Access access = new Access(
                    party,
                    Optional.of(new Destination(theirs, agent, Optional.of(skill), region)),
                    submission.getStreaming() ? Mode.STREAM : Mode.REQUEST,
                    origin,
                    0,
                    dataTags,
                    now);
            return permission(AccessRule.decide(access, Checks.NONE), agent);
        }

        private Permission permission(Verdict verdict, AgentRef agent) {
            if (verdict instanceof Denied denied) {
                // A task that was taken in is carried to its end, whatever became of its tenant since: the edge admits,
                // the
                // router routes.
                boolean gone =
                        denied.refusal() == Refusal.TENANT_INACTIVE || denied.refusal() == Refusal.TENANT_UNKNOWN;
                return gone && agent.tenant().equals(caller) ? Permission.FREE : Permission.no(denied);
            }
            if (verdict instanceof Allowed allowed) {
                return new Permission(Optional.empty(), allowed.grant(), allowed.trials());
            }
            throw new IllegalStateException("unknown verdict: " + verdict);
        }
    }

    /** A yes holds for all agents of the tenant with the skill in the region; a no names the agent, so it is not kept. */
    private record Allowance(TenantId tenant, String skill, Optional<String> region, Permission permission) {

        boolean covers(TenantId other, String otherSkill, Optional<String> otherRegion) {
            return tenant.equals(other) && skill.equals(otherSkill) && region.equals(otherRegion);
        }
    }

    /** The caller's own tenant and those that grant it anything now; the skill itself is asked about for each candidate. */
    Set<TenantId> visibleTo(TenantId caller, long now) {
        return visibility.of(caller, now);
    }
}
