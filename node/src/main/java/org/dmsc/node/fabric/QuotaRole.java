package org.dmsc.node.fabric;

import java.util.Optional;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.quota.Quota;
import org.dmsc.tenant.quota.QuotaDefaults;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.quota.QuotaListener;
import org.dmsc.tenant.quota.UsageBoard;
import org.dmsc.tenant.quota.UsageTopic;

/** The limits of tenants at this gateway, and its part in sharing them with the others. */
final class QuotaRole {

    /** What was refused because of a limit, by tenant and limit. */
    private static final String REFUSED = "dmsc.quota.refused";

    private final Foundation foundation;
    private final UsageBoard board;
    private final QuotaGate gate;
    private volatile Optional<AuditTrail> audit = Optional.empty();

    QuotaRole(Foundation foundation, Metrics metrics) {
        this.foundation = foundation;
        this.board = new UsageBoard(foundation.config().node(), System::nanoTime);
        FabricDomain domain = new FabricDomain(foundation.config().domain());
        this.gate = new QuotaGate(
                foundation.policies(),
                QuotaDefaults.USUAL,
                board,
                new QuotaListener() {
                    @Override
                    public void refused(TenantId tenant, Quota quota) {
                        metrics.registry()
                                .counter(REFUSED, "tenant", tenant.value(), "quota", quota.label())
                                .increment();
                    }

                    @Override
                    public void trial(AgentRef agent, RefusedException refusal) {
                        audit.ifPresent(trail -> trail.refused(new RefusalNote(
                                Optional.of(agent.tenant()),
                                SpiffeId.agentUri(domain, agent),
                                refusal.refusal(),
                                refusal.sentence(),
                                Optional.empty(),
                                Optional.empty(),
                                RefusalNote.Weight.DRY_RUN)));
                    }
                },
                System::nanoTime);
    }

    QuotaGate gate() {
        return gate;
    }

    /** Begins to tell the other gateways and to hear them; returns at once. */
    void start(AuditTrail trail, Closing closing) {
        audit = Optional.of(trail);
        closing.add(
                        "usage",
                        new UsageTopic(
                                foundation.clients(),
                                foundation.codec(),
                                foundation.config().node(),
                                gate,
                                board,
                                foundation.clock()))
                .start();
    }
}
