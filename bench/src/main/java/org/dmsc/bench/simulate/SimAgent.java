package org.dmsc.bench.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.Delivery;

/** One simulated agent: works on so many deliveries at once, the others queue inside it. What is in here is the truth, which nobody else knows. */
final class SimAgent {

    /** What it tells about its load. */
    enum Honesty {
        HONEST,
        /** Always idle, whatever it does. */
        BOASTS,
        /** Numbers that cannot be. */
        RAVES
    }

    private final AgentRef ref;
    private final int capacity;
    private final Honesty honesty;
    private final Map<String, Delivery> running = new HashMap<>();
    private final Deque<Delivery> queue = new ArrayDeque<>();
    private final Set<String> stopped = new HashSet<>();
    private double slowness = 1;
    private double failing;
    private boolean alive = true;
    private long life;

    SimAgent(AgentRef ref, int capacity, Honesty honesty) {
        this.ref = ref;
        this.capacity = capacity;
        this.honesty = honesty;
    }

    AgentRef ref() {
        return ref;
    }

    int capacity() {
        return capacity;
    }

    boolean alive() {
        return alive;
    }

    /** Grows with each crash: what was begun in an earlier life does not end. */
    long life() {
        return life;
    }

    double slowness() {
        return slowness;
    }

    void slowness(double factor) {
        slowness = factor;
    }

    /** The share of tasks that it fails. */
    double failing() {
        return failing;
    }

    void failing(double share) {
        failing = share;
    }

    int held() {
        return running.size() + queue.size();
    }

    /** Takes a delivery in; whether it begins with it now. */
    boolean accept(Delivery delivery) {
        if (running.size() < capacity) {
            running.put(delivery.getDeliveryId(), delivery);
            return true;
        }
        queue.add(delivery);
        return false;
    }

    /** Ends with one; whether it was still working on it. */
    boolean end(String deliveryId) {
        return running.remove(deliveryId) != null && !stopped.remove(deliveryId);
    }

    /** The next one of its queue that it begins with. */
    Delivery next() {
        Delivery next = queue.remove();
        running.put(next.getDeliveryId(), next);
        return next;
    }

    boolean hasNext() {
        return !queue.isEmpty() && running.size() < capacity;
    }

    /** Somebody does not want it any more. What runs goes on holding its place until it would have ended, as most programs do. */
    void stop(String deliveryId) {
        if (!queue.removeIf(waiting -> waiting.getDeliveryId().equals(deliveryId)) && running.containsKey(deliveryId)) {
            stopped.add(deliveryId);
        }
    }

    /** Dies; what it had is lost. */
    Set<Delivery> crash() {
        Set<Delivery> lost = new HashSet<>(queue);
        running.values().stream()
                .filter(delivery -> !stopped.contains(delivery.getDeliveryId()))
                .forEach(lost::add);
        running.clear();
        queue.clear();
        stopped.clear();
        alive = false;
        life++;
        return lost;
    }

    void revive() {
        alive = true;
    }

    /** What it says of itself. */
    AgentLoad load(int turn) {
        switch (honesty) {
            case HONEST:
                return new AgentLoad(Math.min(1, running.size() / (double) capacity), queue.size());
            case BOASTS:
                return new AgentLoad(0.0, 0);
            case RAVES:
                return turn % 2 == 0
                        ? new AgentLoad(Double.NaN, Integer.MIN_VALUE)
                        : new AgentLoad(-1e300, Integer.MAX_VALUE);
        }
        throw new IllegalStateException("unknown honesty: " + honesty);
    }
}
