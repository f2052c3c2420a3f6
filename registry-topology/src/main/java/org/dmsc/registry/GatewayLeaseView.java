package org.dmsc.registry;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.registry.health.Leases;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;

/**
 * The gateways' leases as {@code dmsc.sys.gateways} tells them. A lease runs from the moment its record was seen here, not from the time
 * written in it: clocks of machines differ.
 */
final class GatewayLeaseView implements Leases, AutoCloseable {

    private final CompactedView<GatewayRecord> view;
    private final Clock clock;
    private final Map<String, Lease> leases = new ConcurrentHashMap<>();

    private record Lease(long epoch, long endsAt) {}

    GatewayLeaseView(KafkaClients clients, AvroCodec codec, Clock clock) {
        this.clock = clock;
        this.view = new CompactedView<>(
                clients,
                "registry-gateways",
                TopicNames.GATEWAYS,
                new AvroSerde<>(codec, GatewayRecord.class).deserializer());
    }

    void start() {
        view.onChange(this::seen);
        view.start();
    }

    boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return view.awaitCaughtUp(atMost);
    }

    boolean healthy() {
        return view.healthy();
    }

    private void seen(String gateway, Optional<GatewayRecord> record) {
        record.ifPresentOrElse(
                alive -> leases.put(
                        gateway,
                        new Lease(alive.getEpoch(), alive.getLeft() ? 0 : clock.millis() + alive.getLeaseMs())),
                () -> leases.remove(gateway));
    }

    @Override
    public Standing of(String gateway, long epoch, long now) {
        Lease lease = leases.get(gateway);
        if (lease == null || lease.epoch() < epoch) {
            return Standing.UNKNOWN;
        }
        return lease.epoch() == epoch && now < lease.endsAt() ? Standing.HELD : Standing.ENDED;
    }

    @Override
    public void close() {
        view.close();
    }
}
