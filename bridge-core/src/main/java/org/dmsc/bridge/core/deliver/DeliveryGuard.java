package org.dmsc.bridge.core.deliver;

import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.policy.Masks;
import org.dmsc.tenant.rules.Verdict.Allowed;
import org.dmsc.tenant.rules.Verdict.Denied;
import org.dmsc.tenant.rules.Verdict.Mask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a delivery's message when policy allows, and only then, and puts it through what a grant asks for. Thread-safe. */
public final class DeliveryGuard {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryGuard.class);

    private final DeliveryPolicy policy;
    private final DeliveryOpener opener;
    private final Masks masks;

    public DeliveryGuard(DeliveryPolicy policy, DeliveryOpener opener, Masks masks) {
        this.policy = policy;
        this.opener = opener;
        this.masks = masks;
    }

    /** What the agent may see, and what its answers go through. */
    record Guarded(DeliveryOrder order, AnswerMask answers) {}

    /**
     * Opens the message.
     *
     * @throws RefusedException UNREADABLE, UNAVAILABLE when a payload that is stored apart cannot be read, and what policy says; its sentence may be told to the caller
     */
    Guarded open(OpenDelivery open, AgentSnapshot agent) {
        List<Mask> asked = masks(open, policy.check(open.delivery(), agent, opener.messageBytes(open)));
        byte[] message = opener.message(open);
        byte[] seen = asked.isEmpty() ? message : A2aJson.bytes(masks.message(asked, A2aJson.parse(message)));
        return new Guarded(
                new DeliveryOrder(open.delivery(), agent, seen),
                new AnswerMask(masks, policy.answers(open.delivery(), asked)));
    }

    // The other verdicts of this package are about places; this one is about permission.
    private static List<Mask> masks(OpenDelivery open, org.dmsc.tenant.rules.Verdict verdict) {
        if (verdict instanceof Denied denied) {
            throw refused(open.delivery(), denied);
        }
        if (verdict instanceof Allowed allowed) {
            return allowed.masks();
        }
        throw new IllegalStateException("unknown verdict: " + verdict);
    }

    /** Why a delivery that is under way may not go on; empty while it may. Within a tenant nothing is asked again. */
    Optional<RefusedException> stopped(Delivery delivery, Optional<AgentSnapshot> agent) {
        if (delivery.getCallerTenant().equals(delivery.getAssigneeTenant()) || agent.isEmpty()) {
            return Optional.empty();
        }
        return policy.check(delivery, agent.get(), 0) instanceof Denied denied
                ? Optional.of(refused(delivery, denied))
                : Optional.empty();
    }

    private static RefusedException refused(Delivery delivery, Denied denied) {
        LOG.atInfo()
                .addKeyValue("deliveryId", delivery.getDeliveryId())
                .addKeyValue("refusal", denied.refusal())
                .log(denied.sentence());
        return new RefusedException(denied.refusal(), denied.refusal().meaning());
    }
}
