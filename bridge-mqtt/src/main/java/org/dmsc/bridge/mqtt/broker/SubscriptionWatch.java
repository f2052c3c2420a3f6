package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.interceptor.suback.SubackOutboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.suback.parameter.SubackOutboundInput;
import com.hivemq.extension.sdk.api.interceptor.suback.parameter.SubackOutboundOutput;
import com.hivemq.extension.sdk.api.interceptor.subscribe.SubscribeInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.subscribe.parameter.SubscribeInboundInput;
import com.hivemq.extension.sdk.api.interceptor.subscribe.parameter.SubscribeInboundOutput;
import com.hivemq.extension.sdk.api.interceptor.unsubscribe.UnsubscribeInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.unsubscribe.parameter.UnsubscribeInboundInput;
import com.hivemq.extension.sdk.api.interceptor.unsubscribe.parameter.UnsubscribeInboundOutput;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.Subscription;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the edge which subscriptions of one connection are in force: what a SUBSCRIBE asked for and its SUBACK granted. */
final class SubscriptionWatch
        implements SubscribeInboundInterceptor, SubackOutboundInterceptor, UnsubscribeInboundInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionWatch.class);

    private static final Set<SubackReasonCode> GRANTED =
            EnumSet.of(SubackReasonCode.GRANTED_QOS_0, SubackReasonCode.GRANTED_QOS_1, SubackReasonCode.GRANTED_QOS_2);

    private final Device device;
    private final DeviceTraffic traffic;
    private final Map<Integer, List<String>> asked = new ConcurrentHashMap<>();

    SubscriptionWatch(Device device, DeviceTraffic traffic) {
        this.device = device;
        this.traffic = traffic;
    }

    @Override
    public void onInboundSubscribe(SubscribeInboundInput input, SubscribeInboundOutput output) {
        asked.put(
                input.getSubscribePacket().getPacketId(),
                input.getSubscribePacket().getSubscriptions().stream()
                        .map(Subscription::getTopicFilter)
                        .toList());
    }

    @Override
    public void onOutboundSuback(SubackOutboundInput input, SubackOutboundOutput output) {
        List<String> filters = asked.remove(input.getSubackPacket().getPacketIdentifier());
        List<SubackReasonCode> codes = input.getSubackPacket().getReasonCodes();
        for (int i = 0; filters != null && i < Math.min(filters.size(), codes.size()); i++) {
            String filter = filters.get(i);
            if (GRANTED.contains(codes.get(i))) {
                guarded(() -> traffic.subscribed(device, filter));
            }
        }
    }

    @Override
    public void onInboundUnsubscribe(UnsubscribeInboundInput input, UnsubscribeInboundOutput output) {
        input.getUnsubscribePacket()
                .getTopicFilters()
                .forEach(filter -> guarded(() -> traffic.unsubscribed(device, filter)));
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            // Errors too: one that gets through stops HiveMQ's thread for all clients.
            LOG.atError().setCause(e).addKeyValue("agent", device.agent()).log("mqtt subscription was not handled");
        }
    }
}
