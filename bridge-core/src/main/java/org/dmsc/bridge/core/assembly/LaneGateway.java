package org.dmsc.bridge.core.assembly;

import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.dmsc.bridge.core.AgentLink;
import org.dmsc.bridge.core.Gateway;
import org.dmsc.bridge.core.deliver.DeliveryDesk;
import org.dmsc.bridge.core.lanes.GatewayLease;
import org.dmsc.bridge.core.lanes.LaneLoop;

/** {@link Gateway} in front of the lane loop. */
record LaneGateway(
        String id, long epoch, LaneLoop loop, DeliveryDesk desk, GatewayLease lease, BooleanSupplier feedHealthy)
        implements Gateway {

    @Override
    public boolean ready() {
        return loop.ready() && feedHealthy.getAsBoolean();
    }

    @Override
    public String condition() {
        if (loop.stuck()) {
            return "the lane loop does not go round; is Kafka reachable?";
        }
        if (!feedHealthy.getAsBoolean()) {
            return "events are not being read; is Kafka reachable?";
        }
        if (loop.lanes().isEmpty()) {
            return "no lane is owned: other gateways have them all, or the group has not settled yet";
        }
        return loop.ready() ? "owns lanes " + loop.lanes() : "lanes " + loop.lanes() + " are being taken over";
    }

    @Override
    public Set<Integer> lanes() {
        return loop.lanes();
    }

    @Override
    public void onLanes(Consumer<Set<Integer>> listener) {
        loop.onLanes(listener);
    }

    @Override
    public void addLink(AgentLink link) {
        desk.addLink(link);
    }

    @Override
    public void advertise(Optional<String> httpUrl, Optional<String> mqttUrl) {
        lease.advertise(httpUrl, mqttUrl);
    }
}
