package org.dmsc.bridge.core.lanes;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.GatewayRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sign of life of a gateway on {@code dmsc.sys.gateways}: when it is not renewed, every presence announced by this gateway is void. It is
 * renewed by the lane loop, so that it ends when that does. Lane loop's thread, except {@link #advertise}.
 */
public final class GatewayLease {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayLease.class);

    /** How often it is renewed. */
    static final Duration RENEW = Duration.ofSeconds(2);

    /** How long it holds: three renewals, as a session of the lanes' group. */
    static final Duration LEASE = Duration.ofSeconds(6);

    private record Urls(Optional<String> http, Optional<String> mqtt) {}

    private final Producer<String, GatewayRecord> producer;
    private final String gateway;
    private final long epoch;
    private final Supplier<Set<Integer>> lanes;
    private final LongSupplier tenantsGeneration;
    private final Clock clock;
    private volatile Urls urls = new Urls(Optional.empty(), Optional.empty());
    private volatile boolean changed;
    private long renewedAt;

    public GatewayLease(
            Producer<String, GatewayRecord> producer,
            String gateway,
            long epoch,
            Supplier<Set<Integer>> lanes,
            LongSupplier tenantsGeneration,
            Clock clock) {
        this.producer = producer;
        this.gateway = gateway;
        this.epoch = epoch;
        this.lanes = lanes;
        this.tenantsGeneration = tenantsGeneration;
        this.clock = clock;
    }

    /** Where the edges listen. */
    public void advertise(Optional<String> http, Optional<String> mqtt) {
        urls = new Urls(http, mqtt);
        changed = true;
    }

    /** The next turn renews it whatever the time. */
    public void renewSoon() {
        changed = true;
    }

    /** Renews it when it is time. */
    public void tick() {
        long now = clock.millis();
        if (changed || now - renewedAt >= RENEW.toMillis() || now < renewedAt) {
            changed = false;
            renewedAt = now;
            send(record(now).build());
        }
    }

    /** Says goodbye: presences are void at once. */
    public void leave() {
        send(record(clock.millis()).setLanes(List.of()).setLeft(true).build());
        producer.close(RENEW);
    }

    private GatewayRecord.Builder record(long now) {
        return GatewayRecord.newBuilder()
                .setGateway(gateway)
                .setEpoch(epoch)
                .setRoles(List.of("gateway"))
                .setLanes(lanes.get().stream().sorted().toList())
                .setHttpUrl(urls.http().orElse(null))
                .setMqttUrl(urls.mqtt().orElse(null))
                .setTenantsGeneration(tenantsGeneration.getAsLong())
                .setTime(now)
                .setLeaseMs(LEASE.toMillis());
    }

    private void send(GatewayRecord record) {
        try {
            ProducerRecord<String, GatewayRecord> made = new ProducerRecord<>(TopicNames.GATEWAYS, gateway, record);
            Future<?> unused = producer.send(made, (metadata, failure) -> {
                if (failure != null) {
                    LOG.atWarn().addKeyValue("cause", failure.getMessage()).log("lease was not renewed");
                }
            });
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("lease was not renewed");
        }
    }
}
