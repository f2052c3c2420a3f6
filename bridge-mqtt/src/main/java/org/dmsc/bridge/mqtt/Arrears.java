package org.dmsc.bridge.mqtt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.dmsc.bridge.mqtt.Debts.Taken;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.DeviceBinding;
import org.dmsc.schemas.avro.OwedReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what devices asked at a gateway that is gone, or that they left: one after the other in the order in which an agent asked. What
 * cannot be looked up just now is tried again with the next sweep, which runs on the executor's one thread, too. Never blocks its callers.
 */
final class Arrears {

    private static final Logger LOG = LoggerFactory.getLogger(Arrears.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Debts debts;
    private final RequestDesk desk;
    private final Outbox outbox;
    private final Supplier<String> ids;
    private final Executor executor;
    private final Map<AgentRef, Line> lines = new ConcurrentHashMap<>();

    Arrears(Debts debts, RequestDesk desk, Outbox outbox, Supplier<String> ids, Executor executor) {
        this.debts = debts;
        this.desk = desk;
        this.outbox = outbox;
        this.ids = ids;
        this.executor = executor;
    }

    /** What one agent is still to be answered; guarded by itself. */
    private static final class Line {
        private final Deque<Taken> waiting = new ArrayDeque<>();
        private boolean busy;

        synchronized boolean isDone() {
            return !busy && waiting.isEmpty();
        }
    }

    /** A device is there; after the connection is known to {@link ReplyLines}. */
    void connected(Device device) {
        // To open what it is owed may take a key from elsewhere, for which the broker's threads cannot wait.
        executor.execute(() -> takeOver(device));
    }

    private void takeOver(Device device) {
        List<Taken> taken = debts.takeOver(device);
        if (taken.isEmpty()) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("agent", device.agent())
                .addKeyValue("replies", taken.size())
                .log("mqtt device is owed replies by another gateway: they are given here");
        Line line = lines.computeIfAbsent(device.agent(), agent -> new Line());
        synchronized (line) {
            line.waiting.addAll(taken);
        }
        next(device.agent(), line);
    }

    /** Goes on with what could not be looked up. */
    void sweep() {
        lines.values().removeIf(Line::isDone);
        lines.forEach(this::next);
        debts.sweep();
    }

    private void next(AgentRef agent, Line line) {
        Optional<Taken> first;
        synchronized (line) {
            line.waiting.removeIf(one -> one.debt().isOver());
            first = line.busy ? Optional.empty() : Optional.ofNullable(line.waiting.peek());
            line.busy |= first.isPresent();
        }
        first.ifPresent(one -> desk.resume(one.device().caller(), one.reply(), port(agent, one))
                .whenCompleteAsync((done, fault) -> resumed(agent, line, one, Optional.ofNullable(fault)), executor));
    }

    private void resumed(AgentRef agent, Line line, Taken one, Optional<Throwable> fault) {
        boolean later = fault.filter(ReplyLines::isForLater).isPresent();
        synchronized (line) {
            line.busy = false;
            if (!later) {
                line.waiting.remove(one);
            }
        }
        if (later) {
            return;
        }
        // A task that nobody knows was never acknowledged: its device sends it again.
        fault.ifPresent(unknown -> one.debt().pay());
        next(agent, line);
    }

    private ReplyPort port(AgentRef agent, Taken one) {
        OwedReply reply = one.reply();
        ReplyPort port;
        if (reply.getBinding() == DeviceBinding.DMSC_MQTT311) {
            EnvelopeReply envelope = new EnvelopeReply(agent, outbox, ids);
            envelope.answers(reply.getReference());
            port = envelope;
        } else {
            ProfileReply profile = new ProfileReply(
                    agent,
                    reply.getTopic(),
                    Optional.ofNullable(reply.getCorrelation()).map(Arrears::bytes),
                    outbox);
            profile.answers(id(reply.getReference()));
            port = profile;
        }
        port.owes(one.debt());
        return port;
    }

    private static JsonNode id(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return NullNode.getInstance();
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
