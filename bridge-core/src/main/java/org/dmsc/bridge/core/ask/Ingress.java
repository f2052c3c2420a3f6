package org.dmsc.bridge.core.ask;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.policy.Admission;
import org.dmsc.tenant.policy.AdmissionRequest;
import org.dmsc.tenant.policy.Gatekeeper;
import org.dmsc.tenant.policy.Masks;
import org.dmsc.tenant.rules.Access.Origin;
import org.dmsc.tenant.rules.Mode;
import org.dmsc.tenant.rules.Verdict;
import org.dmsc.tenant.rules.Verdict.Mask;

/**
 * What stands between a caller's request and the fabric: the gatekeeper, and the tenant's masking before anything is sealed or matched. What
 * concerns two tenants is audited in the logs of both.
 */
final class Ingress {

    private final Gatekeeper gatekeeper;
    private final Masks masks;
    private final Tenants tenants;
    private final Agents agents;
    private final AuditTrail audit;

    Ingress(ExchangeParts parts) {
        this.gatekeeper = parts.gatekeeper();
        this.masks = parts.masks();
        this.tenants = parts.tenants();
        this.agents = parts.agents();
        this.audit = parts.audit();
    }

    /** A request that was let in, as it goes on. */
    record Taken(TenantRecord tenant, AgentMessage message) {}

    /**
     * Lets a request in.
     *
     * @throws RefusedException with what the gatekeeper says
     */
    Taken take(Caller caller, AgentMessage message) {
        Admission admission = gatekeeper.admit(caller, request(message));
        if (admission instanceof Admission.Denied denied) {
            throw new RefusedException(denied.refusal(), denied.sentence());
        }
        if (!(admission instanceof Admission.Admitted admitted)) {
            throw new IllegalStateException("unknown admission: " + admission);
        }
        admitted.trials().forEach(trial -> note(caller, trial, message));
        return new Taken(admitted.tenant(), masked(caller, admitted.ingress(), message));
    }

    /** Tells the tenant whose agent was asked for without a grant, too. */
    void noteBothSides(RefusalNote note, Optional<AgentRef> target) {
        audit.refused(note);
        if (note.refusal() == Refusal.CROSS_TENANT) {
            target.map(AgentRef::tenant)
                    .filter(other -> note.tenant().filter(other::equals).isEmpty()
                            && tenants.find(other).isPresent())
                    .ifPresent(other -> audit.refused(note.forTenant(other)));
        }
    }

    private AgentMessage masked(Caller caller, Optional<Mask> mask, AgentMessage message) {
        if (mask.isEmpty()) {
            return message;
        }
        List<Mask> all = List.of(mask.get());
        ObjectNode before = A2aJson.parse(message.message());
        masks.trials(all, before)
                .forEach(profile -> note(
                        caller,
                        Verdict.Denied.of(
                                Refusal.NOT_PERMITTED, "masking profile '" + profile + "' would change the message"),
                        message));
        return message.with(
                A2aJson.bytes(masks.message(all, before)),
                masks.text(all, message.need().intent()));
    }

    private void note(Caller caller, Verdict.Denied trial, AgentMessage message) {
        audit.refused(RefusalNote.of(
                        caller,
                        new RefusedException(trial.refusal(), trial.sentence()),
                        message.need().target().map(AgentRef::toString))
                .dryRun());
    }

    /** Where the task came from is in its delegation token, which is opened later; the router judges by it. */
    private AdmissionRequest request(AgentMessage message) {
        return new AdmissionRequest(
                message.need().target(),
                message.need()
                        .target()
                        .flatMap(agents::find)
                        .map(agent -> agent.getRegistration().getRegion()),
                message.need().skill(),
                message.terms().streaming() ? Mode.STREAM : Mode.REQUEST,
                Origin.OWN,
                message.message().length,
                message.need().dataTags());
    }
}
