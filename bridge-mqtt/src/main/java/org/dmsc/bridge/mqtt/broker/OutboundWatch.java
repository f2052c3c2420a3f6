package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.interceptor.puback.PubackInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.puback.parameter.PubackInboundInput;
import com.hivemq.extension.sdk.api.interceptor.puback.parameter.PubackInboundOutput;
import com.hivemq.extension.sdk.api.interceptor.pubcomp.PubcompInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.pubcomp.parameter.PubcompInboundInput;
import com.hivemq.extension.sdk.api.interceptor.pubcomp.parameter.PubcompInboundOutput;
import com.hivemq.extension.sdk.api.interceptor.publish.PublishOutboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishOutboundInput;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishOutboundOutput;
import com.hivemq.extension.sdk.api.interceptor.pubrec.PubrecInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.pubrec.parameter.PubrecInboundInput;
import com.hivemq.extension.sdk.api.interceptor.pubrec.parameter.PubrecInboundOutput;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out for one connection: says when a tagged publish was written and when the client acknowledged it. That the broker took a publish
 * says nothing: it may still be queued.
 */
final class OutboundWatch
        implements PublishOutboundInterceptor,
                PubackInboundInterceptor,
                PubrecInboundInterceptor,
                PubcompInboundInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(OutboundWatch.class);

    private final Device device;
    private final DeviceTraffic traffic;
    private final Map<Integer, String> unacknowledged = new ConcurrentHashMap<>();

    OutboundWatch(Device device, DeviceTraffic traffic) {
        this.device = device;
        this.traffic = traffic;
    }

    @Override
    public void onOutboundPublish(PublishOutboundInput input, PublishOutboundOutput output) {
        Optional<String> tag = input.getPublishPacket().getUserProperties().getFirst(Packets.TAG);
        if (tag.isEmpty()) {
            return;
        }
        output.getPublishPacket().getUserProperties().removeName(Packets.TAG);
        int qos = input.getPublishPacket().getQos().getQosNumber();
        if (qos > 0) {
            unacknowledged.put(input.getPublishPacket().getPacketId(), tag.get());
        }
        guarded(() -> traffic.sent(device, tag.get(), qos));
    }

    @Override
    public void onInboundPuback(PubackInboundInput input, PubackInboundOutput output) {
        acknowledged(
                input.getPubackPacket().getPacketIdentifier(),
                input.getPubackPacket().getReasonCode());
    }

    @Override
    public void onInboundPubrec(PubrecInboundInput input, PubrecInboundOutput output) {
        AckReasonCode code = input.getPubrecPacket().getReasonCode();
        if (!accepts(code)) {
            acknowledged(input.getPubrecPacket().getPacketIdentifier(), code);
        }
    }

    @Override
    public void onInboundPubcomp(PubcompInboundInput input, PubcompInboundOutput output) {
        acknowledged(input.getPubcompPacket().getPacketIdentifier(), AckReasonCode.SUCCESS);
    }

    private void acknowledged(int packetId, AckReasonCode code) {
        String tag = unacknowledged.remove(packetId);
        if (tag != null) {
            guarded(() -> traffic.received(
                    device, tag, accepts(code) ? DeviceTraffic.Receipt.ACCEPTED : DeviceTraffic.Receipt.REFUSED));
        }
    }

    private static boolean accepts(AckReasonCode code) {
        return code == AckReasonCode.SUCCESS || code == AckReasonCode.NO_MATCHING_SUBSCRIBERS;
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            // Errors too: one that gets through stops HiveMQ's thread for all clients.
            LOG.atError().setCause(e).addKeyValue("agent", device.agent()).log("mqtt acknowledgement was not handled");
        }
    }
}
