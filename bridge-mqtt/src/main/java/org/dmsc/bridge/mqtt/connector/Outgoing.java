package org.dmsc.bridge.mqtt.connector;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.bridge.mqtt.connector.OutsideClient.Retained;

/**
 * What goes out, in order: no more on the way than the broker takes, and again what was on the way when a connection ended. One thread.
 */
final class Outgoing {

    private final Deque<Parcel> waiting = new ArrayDeque<>();
    private final Set<Parcel> onTheWay = new LinkedHashSet<>();
    private final AtomicInteger size = new AtomicInteger();
    private int window;

    /** One publish; each is itself. */
    static final class Parcel {

        private final Optional<Device> device;
        private final OutboundPublish publish;

        private Parcel(Optional<Device> device, OutboundPublish publish) {
            this.device = device;
            this.publish = publish;
        }

        static Parcel to(Device device, OutboundPublish publish) {
            return new Parcel(Optional.of(device), publish);
        }

        /** For everybody there. */
        static Parcel card(OutboundPublish publish) {
            return new Parcel(Optional.empty(), publish);
        }

        OutboundPublish publish() {
            return publish;
        }

        Retained retained() {
            return device.isPresent() ? Retained.NO : Retained.YES;
        }

        /** Tells what became of it to whoever wants to know. */
        void tell(BiConsumer<Device, String> told) {
            device.ifPresent(to -> publish.tag().ifPresent(tag -> told.accept(to, tag)));
        }

        private boolean isFor(Device other) {
            return device.filter(to -> to.connection().equals(other.connection()))
                    .isPresent();
        }
    }

    /** How many there are; may be asked by any thread. */
    int size() {
        return size.get();
    }

    void add(Parcel parcel) {
        waiting.addLast(parcel);
        size.incrementAndGet();
    }

    /** There is a connection, which takes that many at once. */
    void opened(int receiveMaximum) {
        window = receiveMaximum;
    }

    /** There is none: what was on the way goes again, before the rest. */
    void lost() {
        window = 0;
        List<Parcel> again = new ArrayList<>(onTheWay);
        onTheWay.clear();
        for (int i = again.size() - 1; i >= 0; i--) {
            waiting.addFirst(again.get(i));
        }
    }

    /** The next to be sent, which counts as on the way from now on. */
    Optional<Parcel> next() {
        if (onTheWay.size() >= window || waiting.isEmpty()) {
            return Optional.empty();
        }
        Parcel parcel = waiting.removeFirst();
        onTheWay.add(parcel);
        return Optional.of(parcel);
    }

    /** The broker has it, or refuses it; false when it was not on the way. */
    boolean done(Parcel parcel) {
        boolean known = onTheWay.remove(parcel);
        size.set(waiting.size() + onTheWay.size());
        return known;
    }

    /** A device is gone, and what was meant for it. */
    void drop(Device device) {
        waiting.removeIf(parcel -> parcel.isFor(device));
        onTheWay.removeIf(parcel -> parcel.isFor(device));
        size.set(waiting.size() + onTheWay.size());
    }
}
