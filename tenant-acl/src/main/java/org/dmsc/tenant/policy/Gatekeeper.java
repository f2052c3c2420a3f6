package org.dmsc.tenant.policy;

import java.time.Clock;
import java.util.Optional;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.policy.Admission.Admitted;
import org.dmsc.tenant.policy.Admission.Denied;
import org.dmsc.tenant.rules.Access;
import org.dmsc.tenant.rules.AccessRule;
import org.dmsc.tenant.rules.Checks;
import org.dmsc.tenant.rules.Destination;
import org.dmsc.tenant.rules.Party;
import org.dmsc.tenant.rules.Verdict;

/**
 * Judges an authenticated caller's request at an edge, by {@link AccessRule}. The router and the assignee's bridge judge again by the same
 * rule, once the skill is known and before anything is handed out. Thread-safe, never blocks, fails closed.
 */
public final class Gatekeeper {

    private final Tenants tenants;
    private final Policies policies;
    private final Admittance admittance;
    private final Clock clock;

    public Gatekeeper(Tenants tenants, Policies policies, Admittance admittance, Clock clock) {
        this.tenants = tenants;
        this.policies = policies;
        this.admittance = admittance;
        this.clock = clock;
    }

    /** Judges a request. */
    public Admission admit(Caller caller, AdmissionRequest request) {
        if (caller.kind() != Caller.Kind.AGENT) {
            return new Denied(
                    Refusal.NOT_PERMITTED,
                    caller.id() + " is no agent (expected an agent's identity to delegate a task)");
        }
        Party party = party(caller.tenant());
        Access access = new Access(
                party,
                request.target().map(agent -> destination(agent, request)),
                request.mode(),
                request.origin(),
                request.bytes(),
                request.dataTags(),
                clock.millis());
        Verdict verdict = AccessRule.decide(access, withinBody(caller, request));
        if (verdict instanceof Verdict.Denied denied) {
            return new Denied(denied.refusal(), denied.sentence());
        }
        TenantRecord record = tenants.find(caller.tenant()).orElseThrow();
        return new Admitted(record, AccessRule.ingress(party), verdict.trials());
    }

    private Party party(TenantId tenant) {
        return Policies.party(policies, tenants, tenant);
    }

    private Destination destination(AgentRef agent, AdmissionRequest request) {
        return new Destination(party(agent.tenant()), agent, request.skill(), request.region());
    }

    /** The size of one message is a quota like others, and the cheapest to ask: it comes first among them. */
    private Checks withinBody(Caller caller, AdmissionRequest request) {
        Checks others = admittance.of(caller, request);
        return new Checks() {
            @Override
            public Optional<Verdict.Denied> revoked() {
                return others.revoked();
            }

            @Override
            public Optional<Verdict.Denied> overQuota() {
                return tooLarge(caller.tenant(), request.bytes()).or(others::overQuota);
            }
        };
    }

    private Optional<Verdict.Denied> tooLarge(TenantId tenant, long bytes) {
        long most = tenants.find(tenant)
                .map(record -> record.getLimits().getMaxBodyBytes())
                .orElse(0L);
        return bytes <= most
                ? Optional.empty()
                : Optional.of(Verdict.Denied.of(
                        Refusal.TOO_LARGE,
                        "body of " + bytes + " bytes (expected at most " + most + " for tenant " + tenant + ")"));
    }
}
