package org.dmsc.bridge.core.relay;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;

/**
 * The other gateways that live now, and a lane of each. A lease runs from the moment its record was seen here: clocks of machines differ.
 * Thread-safe.
 */
public final class Neighbours implements AutoCloseable {

    private final String self;
    private final Clock clock;
    private final CompactedView<GatewayRecord> view;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(GatewayRecord record, long until) {}

    /** @param self the gateway that is none of its own neighbours */
    public Neighbours(KafkaClients kafka, AvroCodec codec, String self, Clock clock) {
        this.self = self;
        this.clock = clock;
        this.view = new CompactedView<>(
                kafka,
                "dmsc-neighbours",
                TopicNames.GATEWAYS,
                new AvroSerde<>(codec, GatewayRecord.class).deserializer());
    }

    /** Begins to follow them. */
    public void start() {
        view.onChange(this::changed);
        view.start();
    }

    private void changed(String gateway, Optional<GatewayRecord> record) {
        record.filter(alive -> !alive.getLeft() && !alive.getGateway().equals(self))
                .ifPresentOrElse(
                        alive -> seen.put(gateway, new Seen(alive, clock.millis() + alive.getLeaseMs())),
                        () -> seen.remove(gateway));
    }

    /** Each that owns a lane, with one of its lanes; the same for the same hash as long as its lanes are. */
    Map<String, Integer> lanes(int hash) {
        long now = clock.millis();
        Map<String, Integer> lanes = new TreeMap<>();
        seen.forEach((gateway, lease) -> {
            var owned = lease.record().getLanes();
            if (now < lease.until() && !owned.isEmpty()) {
                lanes.put(gateway, owned.get(Math.floorMod(hash, owned.size())));
            }
        });
        return lanes;
    }

    @Override
    public void close() {
        view.close();
    }
}
