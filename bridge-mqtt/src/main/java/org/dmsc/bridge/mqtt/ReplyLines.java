package org.dmsc.bridge.mqtt;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.dmsc.bridge.mqtt.Devices.Share;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.DeviceTraffic.Receipt;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replies to devices: in order, no more on the way than the device takes, each until its PUBACK. Those to a device that is away wait
 * until it is back and has subscribed, or its session has expired; what waits is not in memory but in Kafka. Thread-safe, never blocks.
 */
final class ReplyLines {

    private static final Logger LOG = LoggerFactory.getLogger(ReplyLines.class);

    /** In front of the number of a reply, so that its acknowledgement is not taken for a task's. */
    private static final String TAG = "reply:";

    /** Most replies that wait for one agent; its requests beyond that are refused. */
    static final int MOST_WAITING = 20_000;

    private final Devices devices;
    private final Sessions sessions;
    private final BiFunction<String, OutboundPublish, CompletionStage<Boolean>> sender;
    private final MqttMetrics metrics;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<AgentRef, ReplyLine> lines = new ConcurrentHashMap<>();
    private final Map<Long, ReplyLine> onTheWay = new ConcurrentHashMap<>();

    ReplyLines(
            Devices devices,
            Sessions sessions,
            BiFunction<String, OutboundPublish, CompletionStage<Boolean>> sender,
            MqttMetrics metrics) {
        this.devices = devices;
        this.sessions = sessions;
        this.sender = sender;
        this.metrics = metrics;
    }

    /** Whether an acknowledgement is for here. */
    static boolean isReply(String tag) {
        return tag.startsWith(TAG);
    }

    /** Sends now or when it is its turn; lost, and counted, when the agent is away without a session. */
    void reply(AgentRef agent, Reply reply) {
        if (reply.due().isOver()) {
            return;
        }
        if (!devices.isConnected(agent) && !sessions.isAwaited(agent)) {
            reply.due().gone();
            lost(agent, 1);
            return;
        }
        ReplyLine line = lines.compute(agent, (key, known) -> {
            ReplyLine one = known == null ? new ReplyLine(agent) : known;
            synchronized (one) {
                one.add(numbers.incrementAndGet(), reply);
            }
            return one;
        });
        pump(line);
    }

    /**
     * Refuses what would be answered by one reply more.
     *
     * @throws RefusedException QUOTA_EXCEEDED
     */
    void requireRoom(AgentRef agent) {
        ReplyLine line = lines.get(agent);
        int waiting = line == null ? 0 : size(line);
        if (waiting >= MOST_WAITING) {
            throw new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    waiting + " replies wait for " + agent
                            + " (expected it to subscribe to its reply topic and to acknowledge them first)");
        }
    }

    private static int size(ReplyLine line) {
        synchronized (line) {
            return line.size();
        }
    }

    /** A device connected: what waits from before is forgotten when it wants to begin afresh. */
    void connected(Device device) {
        sessions.back(device);
        if (device.session().fresh() && !sessions.isAwaited(device.agent()) && devices.countOf(device.agent()) == 1) {
            drop(device.agent());
        }
    }

    /** After the connection is gone from {@link Devices}. */
    void disconnected(Device device) {
        sessions.left(device);
        ReplyLine line = lines.get(device.agent());
        if (line == null) {
            return;
        }
        synchronized (line) {
            line.ended(device).forEach(onTheWay::remove);
        }
        settle(device.agent(), line);
    }

    /** A device hears more than before. */
    void subscribed(Device device) {
        ReplyLine line = lines.get(device.agent());
        if (line != null) {
            pump(line);
        }
    }

    /** A tagged reply was written; with QoS 0 that is all that will be known of it. */
    void sent(Device device, String tag, int qos) {
        if (qos == 0) {
            received(device, tag, Receipt.ACCEPTED);
        }
    }

    /** The device has a reply, or refuses it; either way it is not sent again. */
    void received(Device device, String tag, Receipt receipt) {
        long id = Long.parseLong(tag.substring(TAG.length()));
        ReplyLine line = onTheWay.remove(id);
        if (line == null) {
            return;
        }
        Optional<Reply.Due> known;
        synchronized (line) {
            known = line.remove(id);
        }
        if (known.isPresent()) {
            known.get().gone();
            devices.giveRoom(device);
            metrics.replied(receipt == Receipt.ACCEPTED ? "sent" : "refused");
        }
        pump(line);
        lines.computeIfPresent(line.agent(), (agent, one) -> size(one) == 0 ? null : one);
    }

    /** Sends what could not be had a moment ago, and forgets what nobody comes back for. */
    void sweep() {
        lines.forEach(this::settle);
    }

    private void settle(AgentRef agent, ReplyLine line) {
        if (devices.isConnected(agent) || sessions.isAwaited(agent)) {
            pump(line);
        } else {
            drop(agent);
        }
    }

    private void pump(ReplyLine line) {
        synchronized (line) {
            while (true) {
                Optional<ReplyLine.Next> next = line.next(topic -> devices.hearing(line.agent(), topic));
                if (next.isEmpty()) {
                    return;
                }
                if (next.get() instanceof ReplyLine.Next.Cold cold) {
                    make(line, cold);
                    return;
                }
                ReplyLine.Next.Ready ready = (ReplyLine.Next.Ready) next.get();
                if (!devices.takeRoom(ready.device(), Share.REPLY)) {
                    return;
                }
                send(line, ready);
            }
        }
    }

    private void send(ReplyLine line, ReplyLine.Next.Ready ready) {
        Device device = ready.device();
        line.sent(ready.id(), device);
        onTheWay.put(ready.id(), line);
        sender.apply(device.clientId(), ready.publish().tagged(TAG + ready.id()))
                .whenComplete((taken, fault) -> {
                    if (fault != null || !taken) {
                        unsent(line, device, ready.id());
                    }
                });
    }

    /** It waits for the next subscription, or the end of the session. */
    private void unsent(ReplyLine line, Device device, long id) {
        onTheWay.remove(id);
        synchronized (line) {
            line.unsent(id);
        }
        devices.giveRoom(device);
    }

    private void make(ReplyLine line, ReplyLine.Next.Cold cold) {
        line.making();
        CompletionStage<OutboundPublish> making;
        try {
            making = cold.again().make();
        } catch (RuntimeException e) {
            making = CompletableFuture.failedFuture(e);
        }
        making.whenComplete((publish, fault) -> {
            boolean gone = fault != null && !isForLater(fault);
            Optional<Reply.Due> removed;
            synchronized (line) {
                line.made(cold.id(), Optional.ofNullable(publish));
                removed = gone ? line.remove(cold.id()) : Optional.empty();
            }
            removed.ifPresent(due -> {
                due.gone();
                lost(line.agent(), 1);
            });
            if (fault == null || gone) {
                pump(line);
            }
        });
    }

    /** What Kafka, or the router's store, cannot say just now is asked again with the next sweep. */
    static boolean isForLater(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        return !(cause instanceof RefusedException refused) || refused.refusal() != Refusal.TASK_UNKNOWN;
    }

    private void drop(AgentRef agent) {
        sessions.forget(agent);
        ReplyLine line = lines.remove(agent);
        if (line != null) {
            Map<Long, Reply.Due> waiting;
            synchronized (line) {
                waiting = line.clear();
            }
            waiting.forEach((id, due) -> {
                onTheWay.remove(id);
                due.gone();
            });
            lost(agent, waiting.size());
        }
    }

    private void lost(AgentRef agent, int replies) {
        if (replies > 0) {
            for (int i = 0; i < replies; i++) {
                metrics.replied("lost");
            }
            LOG.atWarn()
                    .addKeyValue("agent", agent)
                    .addKeyValue("replies", replies)
                    .log("mqtt replies reached nobody: the device is gone, and its session with it");
        }
    }
}
