package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscriptions and last wills. A PUBLISH never gets here: {@link InboundGate} keeps all of them from the broker, so what this is asked about
 * as a publish is a will.
 */
final class DeviceAuthorizer implements SubscriptionAuthorizer, PublishAuthorizer {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceAuthorizer.class);

    private final DeviceTraffic traffic;
    private final Connections connections;

    DeviceAuthorizer(DeviceTraffic traffic, Connections connections) {
        this.traffic = traffic;
        this.connections = connections;
    }

    @Override
    public void authorizeSubscribe(SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        String filter = input.getSubscription().getTopicFilter();
        if (allowed(
                connections.of(input.getConnectionInformation()).orElse(null), d -> traffic.maySubscribe(d, filter))) {
            output.authorizeSuccessfully();
        } else {
            output.failAuthorization(
                    SubackReasonCode.NOT_AUTHORIZED,
                    "not a topic of this agent (expected one of its own tenant and name)");
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

    private static boolean allowed(@org.jspecify.annotations.Nullable Device device, Predicate<Device> rule) {
        try {
            return device != null && rule.test(device);
        } catch (Throwable e) {
            LOG.atError().setCause(e).log("mqtt authorization failed inside the fabric; refused");
            return false;
        }
    }
}
