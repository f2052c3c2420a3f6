package org.dmsc.bridge.core.deliver;

import java.time.Duration;
import java.util.Optional;
import org.dmsc.bridge.core.Certainty;
import org.dmsc.bridge.core.deliver.Situation.Service;
import org.dmsc.bridge.core.deliver.Verdict.Cancel;
import org.dmsc.bridge.core.deliver.Verdict.Deliver;
import org.dmsc.bridge.core.deliver.Verdict.Drop;
import org.dmsc.bridge.core.deliver.Verdict.PutBack;
import org.dmsc.bridge.core.deliver.Verdict.Refuse;
import org.dmsc.bridge.core.deliver.Verdict.Wait;
import org.dmsc.bridge.core.lanes.LaneRecord.Past;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.Presence;

/**
 * What to do with a delivery (design 14.4 to 14.6). Pure.
 *
 * <pre>
 *   canary                                  drop
 *   too late                                refuse                   (a late cancel is still of use)
 *   may have been delivered before          refuse as uncertain, unless the skill declared that twice does no harm
 *   a link here reaches the agent           deliver
 *   connected to another gateway's lane     put back, at most three times
 *   not known, or its place not yet known   wait a little, then refuse
 * </pre>
 */
final class DeliveryRule {

    /** Most times that a delivery is put back. */
    static final int MOST_REDIRECTS = 3;

    /** How long an agent may take to be announced where it is: a lane that moves, a reconnect, the registry's own time. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private DeliveryRule() {}

    static Verdict decide(Situation situation) {
        Delivery delivery = situation.delivery();
        if (delivery.getKind() == DeliveryKind.CANARY) {
            return new Drop("canary");
        }
        boolean cancel = delivery.getKind() == DeliveryKind.CANCEL;
        if (!cancel && situation.now() >= lastMoment(delivery)) {
            return new Refuse(
                    Refusal.ATTEMPT_TIMED_OUT,
                    "the attempt's time was over before it could be delivered",
                    certainty(situation));
        }
        if (!cancel && situation.past() == Past.UNCERTAIN && !delivery.getIdempotent()) {
            return new Refuse(
                    Refusal.UNCERTAIN,
                    "the gateway that had this delivery stopped; the agent may have got it, and its skill is not declared idempotent",
                    Certainty.UNCERTAIN);
        }
        if (situation.serves() == Service.HERE && situation.agent().isPresent()) {
            return cancel ? new Cancel() : new Deliver(situation.agent().get());
        }
        return elsewhere(situation, cancel);
    }

    private static Verdict elsewhere(Situation situation, boolean cancel) {
        Optional<Integer> otherLane = situation
                .agent()
                .map(AgentSnapshot::getPresence)
                .map(Presence::getLane)
                .filter(lane -> !situation.ownLanes().contains(lane));
        if (otherLane.isPresent() && situation.delivery().getRedirects() < MOST_REDIRECTS) {
            return new PutBack(otherLane.get());
        }
        if (situation.waitedMillis() < PATIENCE.toMillis()) {
            return new Wait();
        }
        if (cancel) {
            return new Drop("the agent is not reached from here");
        }
        return new Refuse(Refusal.UNDELIVERABLE, why(situation, otherLane.isPresent()), certainty(situation));
    }

    private static String why(Situation situation, boolean otherLane) {
        if (situation.agent().isEmpty()) {
            return "the agent is not registered";
        }
        return otherLane
                ? "the agent moved from gateway to gateway faster than its delivery"
                : "the agent is not connected to the gateway that has its delivery";
    }

    private static Certainty certainty(Situation situation) {
        return situation.past() == Past.FRESH ? Certainty.CERTAIN : Certainty.UNCERTAIN;
    }

    private static long lastMoment(Delivery delivery) {
        return Math.min(delivery.getDeadline(), delivery.getAttemptDeadline());
    }
}
