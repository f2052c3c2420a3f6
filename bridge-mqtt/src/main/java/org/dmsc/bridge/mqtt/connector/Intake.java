package org.dmsc.bridge.mqtt.connector;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.PublishVerdict;
import org.dmsc.bridge.mqtt.wire.DeviceTopic;
import org.dmsc.bridge.mqtt.wire.DeviceTopic.Kind;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives what an outside broker brings to the fabric, in the name of whoever sent it. One thread. */
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** The fabric cannot say yet: the publish shall come again. */
    private static final Set<Refusal> NOT_STORED = EnumSet.of(Refusal.UNAVAILABLE, Refusal.REVOCATIONS_STALE);

    private final OutsideTraffic traffic;
    private final String address;
    private final OutsideAgents agents;
    private final Inlet inlet;
    private final Consumer<String> count;
    private final BiConsumer<Device, String> leave;

    /** @param leave takes a device away, with what was meant for it */
    Intake(
            ConnectorSettings settings,
            OutsideTraffic traffic,
            OutsideAgents agents,
            Consumer<String> count,
            BiConsumer<Device, String> leave) {
        this.traffic = traffic;
        this.address = String.valueOf(settings.url().getHost());
        this.agents = agents;
        this.inlet = new Inlet(settings, traffic::askedBy);
        this.count = count;
        this.leave = leave;
    }

    /** The stage completes when the broker may forget the publish; when it fails, the broker MUST bring it again. */
    CompletionStage<?> take(InboundPublish publish) {
        try {
            return sorted(inlet.sort(publish));
        } catch (RefusedException e) {
            return refused(publish.topic(), e);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("topic", publish.topic()).log("publish failed inside the fabric");
            // As at our own edge: brought again and again it would keep all others from coming in.
            return refused(publish.topic(), new RefusedException(Refusal.INTERNAL, Refusal.INTERNAL.meaning()));
        }
    }

    /** One that was registered before; it may be there or not, its own heartbeats and time limits tell. */
    void expect(AgentRef agent) {
        try {
            agents.hears(agents.admit(agent), DeviceTopic.of(Kind.IN, agent).text());
        } catch (RefusedException e) {
            traffic.refused(address, e, agent.toString());
        }
    }

    private CompletionStage<?> sorted(Inlet.Sorted sorted) {
        if (sorted instanceof Inlet.Sorted.Ignored ignored) {
            count.accept(ignored.why());
            return CompletableFuture.completedFuture(null);
        }
        if (sorted instanceof Inlet.Sorted.Foreign foreign) {
            throw foreign.why();
        }
        return ours((Inlet.Sorted.Ours) sorted);
    }

    private CompletionStage<?> ours(Inlet.Sorted.Ours ours) {
        Device device = agents.admit(ours.sender());
        boolean leaves = ours.topic().kind() == Kind.DISCOVERY && leaves(ours.publish());
        if (!leaves) {
            hears(ours, device);
        }
        PublishVerdict verdict = traffic.published(device, ours.publish());
        if (verdict instanceof PublishVerdict.Refused refused) {
            count.accept("refused");
            return NOT_STORED.contains(refused.refusal())
                    ? CompletableFuture.failedFuture(new RefusedException(refused.refusal(), refused.sentence()))
                    : CompletableFuture.completedFuture(null);
        }
        count.accept("taken");
        CompletionStage<?> stored = ((PublishVerdict.Taken) verdict).stored();
        return leaves ? stored.thenRun(() -> leave.accept(device, "it said that it goes offline")) : stored;
    }

    private void hears(Inlet.Sorted.Ours ours, Device device) {
        AgentRef agent = ours.sender();
        switch (ours.topic().kind()) {
            case DISCOVERY:
                agents.hears(device, DeviceTopic.of(Kind.REQUEST, agent).text());
                return;
            case REQUEST:
                agents.hears(device, DeviceTopic.of(Kind.REPLY, agent).text() + "/#");
                return;
            case OUT:
                agents.hears(device, DeviceTopic.of(Kind.IN, agent).text());
                return;
            case EVENT:
            case IN:
            case REPLY:
                return;
        }
    }

    private static boolean leaves(InboundPublish card) {
        return card.payload().length == 0 || "offline".equals(card.properties().get("a2a-status"));
    }

    /** Understood and refused is done with; a fault of the fabric is not. */
    private CompletionStage<?> refused(String topic, RefusedException why) {
        count.accept("refused");
        if (NOT_STORED.contains(why.refusal())) {
            return CompletableFuture.failedFuture(why);
        }
        traffic.refused(address, why, topic);
        return CompletableFuture.completedFuture(null);
    }
}
