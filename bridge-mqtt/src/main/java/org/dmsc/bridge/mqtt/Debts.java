package org.dmsc.bridge.mqtt;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.dmsc.bridge.core.AgentMessage;
import org.dmsc.bridge.core.OwedKey;
import org.dmsc.bridge.core.OwedReplies;
import org.dmsc.bridge.core.OwedReplies.Owed;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.Session;
import org.dmsc.schemas.avro.OwedReply;

/**
 * What this gateway shall answer to devices whose sessions outlive their connections, noted on Kafka as long as it did not: when it dies, the
 * gateway to which a device comes back knows what it waits for. Thread-safe, never blocks.
 */
final class Debts {

    private final OwedReplies owed;
    private final Supplier<String> ids;
    private final Clock clock;
    private final Map<OwedKey, Debt> held = new ConcurrentHashMap<>();

    Debts(OwedReplies owed, Supplier<String> ids, Clock clock) {
        this.owed = owed;
        this.ids = ids;
        this.clock = clock;
        owed.onPaid(key -> Optional.ofNullable(held.remove(key)).ifPresent(Debt::close));
    }

    /** One reply that is owed. */
    final class Debt {

        private final OwedKey key;
        private final CompletionStage<Void> noted;
        private final AtomicBoolean over = new AtomicBoolean();

        private Debt(OwedKey key, CompletionStage<Void> noted) {
            this.key = key;
            this.noted = noted;
        }

        /** Completes when Kafka knows of it. */
        CompletionStage<Void> noted() {
            return noted;
        }

        /** Whether it was paid, here or by another gateway. */
        boolean isOver() {
            return over.get();
        }

        /** The device has all of it, or will never want it. */
        void pay() {
            if (over.compareAndSet(false, true)) {
                held.remove(key);
                // In this order on Kafka, too.
                noted.whenComplete((done, failure) -> owed.paid(key));
            }
        }

        private void close() {
            over.set(true);
        }
    }

    /**
     * Notes a request that is about to be made; nothing for a device whose session ends with its connection. What goes on with a task is noted
     * as if it were not streamed: the stream would begin with the task's first update, and end where it waited for its caller before.
     */
    Optional<Debt> owe(DeviceRequest request, AgentMessage message, OptionalInt historyLength, ReplyPort port) {
        Device device = request.device();
        if (device.session().expiry().isZero()) {
            return Optional.empty();
        }
        return port.place().map(place -> {
            boolean goesOn = message.existingTaskId().isPresent();
            OwedReply reply = place.setTaskId(message.existingTaskId()
                            .or(message::requesterTaskId)
                            .orElseThrow())
                    .setClientId(device.clientId())
                    .setStreaming(request.operation().equals("SendStreamingMessage") && !goesOn)
                    .setHistoryLength(historyLength.orElse(-1))
                    .build();
            OwedKey key = new OwedKey(device.agent(), clock.millis(), ids.get());
            Debt debt = new Debt(key, owed.owe(key, reply));
            held.put(key, debt);
            port.owes(debt);
            return debt;
        });
    }

    /** A reply that somebody else owed, and this gateway owes now. */
    record Taken(Device device, OwedReply reply, Debt debt) {}

    /**
     * What a device that connects is owed by others, or was by this gateway in an earlier life: its own replies are this gateway's from now on,
     * in the order in which it asked; they are forgotten when it begins afresh.
     */
    List<Taken> takeOver(Device device) {
        List<Taken> taken = new ArrayList<>();
        for (Owed one : owed.of(device.agent())) {
            if (held.containsKey(one.key()) || !one.reply().getClientId().equals(device.clientId())) {
                continue;
            }
            if (device.session().fresh()) {
                owed.paid(one.key());
                continue;
            }
            Debt debt = new Debt(one.key(), CompletableFuture.completedFuture(null));
            if (held.putIfAbsent(one.key(), debt) == null) {
                taken.add(new Taken(device, one.reply(), debt));
            }
        }
        return taken;
    }

    /** Forgets what was asked for longer ago than any session lives. */
    void sweep() {
        owed.forgetBefore(clock.instant().minus(Session.LONGEST));
    }
}
