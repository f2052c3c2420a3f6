package org.dmsc.tenant.quota;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.UsageReport;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries reports between the gateways.
 *
 * <pre>
 *   every 500 ms: {@link QuotaGate#usage} ▸ dmsc.sys.usage ▸ {@link UsageBoard} of each gateway ▸ {@link QuotaGate#rebalance}
 * </pre>
 *
 * Threads: that of the view, and one that writes, which may wait for Kafka.
 */
public final class UsageTopic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UsageTopic.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final String gateway;
    private final QuotaGate quotas;
    private final UsageBoard board;
    private final Clock clock;
    private final CompactedView<UsageReport> view;
    private final Producer<String, UsageReport> producer;
    private final ScheduledExecutorService writing = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dmsc-usage");
        thread.setDaemon(true);
        return thread;
    });

    public UsageTopic(
            KafkaClients clients, AvroCodec codec, String gateway, QuotaGate quotas, UsageBoard board, Clock clock) {
        this.gateway = gateway;
        this.quotas = quotas;
        this.board = board;
        this.clock = clock;
        AvroSerde<UsageReport> values = new AvroSerde<>(codec, UsageReport.class);
        this.view = new CompactedView<>(clients, "usage", TopicNames.USAGE, values.deserializer());
        this.producer = clients.producer("usage", values.serializer());
    }

    /** Begins to read and to write; returns at once. */
    public void start() {
        view.onChange(this::heard);
        view.start();
        var unused = writing.scheduleWithFixedDelay(this::report, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void heard(String from, Optional<UsageReport> report) {
        if (report.isEmpty()) {
            board.left(from);
        } else {
            board.heard(from, new Usage(report.get().getDemands(), report.get().getHeld()));
        }
    }

    /** Rebalances also when nothing was heard: that is news, too. */
    private void report() {
        try {
            Usage usage = quotas.usage(INTERVAL);
            UsageReport report = UsageReport.newBuilder()
                    .setGateway(gateway)
                    .setTime(clock.millis())
                    .setDemands(usage.demands())
                    .setHeld(usage.held())
                    .build();
            Future<?> unused = producer.send(new ProducerRecord<>(TopicNames.USAGE, gateway, report));
            quotas.rebalance();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("usage was not told; limits are divided evenly");
        }
    }

    @Override
    public void close() {
        writing.shutdownNow();
        try {
            Future<?> unused = producer.send(new ProducerRecord<>(TopicNames.USAGE, gateway, null));
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("cause", e.getMessage()).log("no good-bye: the report runs out by itself");
        }
        view.close();
        producer.close(CLOSE_WITHIN);
    }
}
