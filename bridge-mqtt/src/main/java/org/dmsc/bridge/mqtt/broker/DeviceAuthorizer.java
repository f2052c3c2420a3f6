package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import java.util.Optional;
import java.util.function.Predicate;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscriptions and last wills. A PUBLISH never gets here: {@link InboundGate} keeps all of them from the broker, so what this is asked about
 * as a publish is a will.
 */
final class DeviceAuthorizer implements SubscriptionAuthorizer, PublishAuthorizer {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceAuthorizer.class);

    private static final Optional<RefusedException> UNKNOWN =
            Optional.of(new RefusedException(Refusal.UNAUTHENTICATED, "a connection that has ended"));

    private final DeviceTraffic traffic;
    private final Connections connections;

    DeviceAuthorizer(DeviceTraffic traffic, Connections connections) {
        this.traffic = traffic;
        this.connections = connections;
    }

    @Override
    public void authorizeSubscribe(SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        String filter = input.getSubscription().getTopicFilter();
        Optional<RefusedException> refusal = connections
                .of(input.getConnectionInformation())
                .map(device -> refusal(device, filter))
                .orElse(UNKNOWN);
        if (refusal.isEmpty()) {
            output.authorizeSuccessfully();
        } else {
            output.failAuthorization(
                    ReasonCodes.suback(refusal.get().refusal()), refusal.get().sentence());
        }
    }

    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
        String topic = input.getPublishPacket().getTopic();
        if (allowed(
                connections.of(input.getConnectionInformation()).orElse(null), d -> traffic.mayLeaveWill(d, topic))) {
            output.authorizeSuccessfully();
        } else {
            output.failAuthorization(
                    AckReasonCode.NOT_AUTHORIZED,
                    "not a topic for this agent's last will (expected its discovery topic)");
        }
    }

    private Optional<RefusedException> refusal(Device device, String filter) {
        try {
            return traffic.refusesSubscription(device, filter);
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("mqtt authorization failed inside the fabric; refused");
            return Optional.of(new RefusedException(Refusal.INTERNAL, Refusal.INTERNAL.meaning()));
        }
    }

    private static boolean allowed(@org.jspecify.annotations.Nullable Device device, Predicate<Device> rule) {
        try {
            return device != null && rule.test(device);
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("mqtt authorization failed inside the fabric; refused");
            return false;
        }
    }
}
