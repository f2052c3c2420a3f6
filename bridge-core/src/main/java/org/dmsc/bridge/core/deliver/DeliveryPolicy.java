package org.dmsc.bridge.core.deliver;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.policy.Crossings;
import org.dmsc.tenant.policy.NetworkGate;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.rules.Access;
import org.dmsc.tenant.rules.AccessRule;
import org.dmsc.tenant.rules.Checks;
import org.dmsc.tenant.rules.Destination;
import org.dmsc.tenant.rules.Mode;
import org.dmsc.tenant.rules.Party;
import org.dmsc.tenant.rules.Party.Activity;
import org.dmsc.tenant.rules.Verdict;
import org.dmsc.tenant.rules.Verdict.Mask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges a delivery once more, as the router did: tenants and grants may have changed since, and nothing is opened that may not be delivered. */
public final class DeliveryPolicy {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryPolicy.class);

    private final Tenants tenants;
    private final Policies policies;
    private final Clock clock;
    private final NetworkGate network;

    public DeliveryPolicy(Tenants tenants, Policies policies, Clock clock) {
        this.tenants = tenants;
        this.policies = policies;
        this.clock = clock;
        this.network = new NetworkGate(policies, DeliveryPolicy::logged);
    }

    /**
     * Whether it may go to the agent, and what its message goes through first.
     *
     * @param bytes of the message
     */
    Verdict check(Delivery delivery, AgentSnapshot agent, long bytes) {
        Party assignee = party(delivery.getAssigneeTenant());
        if (assignee.activity() != Activity.ACTIVE) {
            return Verdict.Denied.of(
                    Refusal.TENANT_INACTIVE, "tenant " + assignee.tenant() + " is suspended or gone (expected ACTIVE)");
        }
        try {
            Optional.ofNullable(agent.getRegistration().getUrl())
                    .ifPresent(url -> network.requireHost(assignee.tenant(), url));
        } catch (RefusedException e) {
            return Verdict.Denied.of(e.refusal(), e.sentence());
        }
        Destination destination = new Destination(
                assignee,
                DeliveryOpener.assignee(delivery),
                Optional.of(Optional.ofNullable(delivery.getSkill()).orElse("")),
                Optional.ofNullable(agent.getRegistration().getRegion()));
        Access access = new Access(
                party(delivery.getCallerTenant()),
                Optional.of(destination),
                delivery.getStreaming() ? Mode.STREAM : Mode.REQUEST,
                Crossings.origin(new TenantId(delivery.getCallerTenant()), delivery.getAncestors()),
                bytes,
                new HashSet<>(delivery.getDataTags()),
                clock.millis());
        return AccessRule.decide(access, Checks.NONE);
    }

    /**
     * What an answer goes through: first the profile of the agent's own tenant, which it would go through as a request too, then those of the
     * grant, the exporter's before the importer's.
     *
     * @param request what the request went through
     */
    List<Mask> answers(Delivery delivery, List<Mask> request) {
        List<Mask> masks = new ArrayList<>();
        AccessRule.ingress(party(delivery.getAssigneeTenant())).ifPresent(masks::add);
        for (int i = request.size() - 1; i >= 0; i--) {
            masks.add(request.get(i));
        }
        return masks;
    }

    private static void logged(TenantId tenant, RefusedException trial) {
        LOG.atInfo()
                .addKeyValue("tenant", tenant)
                .addKeyValue("refusal", trial.refusal())
                .log("dry run, not refused: " + trial.sentence());
    }

    private Party party(String tenant) {
        return Policies.party(policies, tenants, new TenantId(tenant));
    }
}
