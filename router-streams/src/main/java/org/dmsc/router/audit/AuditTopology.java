package org.dmsc.router.audit;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.RecordContext;
import org.apache.kafka.streams.processor.TopicNameExtractor;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditRecord;

/**
 * The sequencer.
 *
 * <pre>
 *   dmsc.sys.audit-intake ─▶ sequence-events ─▶ dmsc.audit
 *                            │           └────▶ dmsc.&lt;tenant&gt;.audit   the same bytes, for tenants that have the topic
 *                            audit-heads   tenant → next index; the clock of the memory of ids
 *                            audit-ids     event ids of this day and the last
 * </pre>
 */
final class AuditTopology {

    static final String HEADS = "audit-heads";
    /** Among the heads, where no tenant can be: the {@link MemoryClock}. */
    static final String CLOCK = "~clock";

    static final String SEEN = "audit-ids";
    /** How long an event id is remembered, by {@link MemoryClock}: writers repeat within seconds, or when they are started again after a crash. */
    static final Duration MEMORY = Duration.ofDays(1);
    /** Ids are kept by the day that they came, so that looking for one is a look at one place for each day, and no search. */
    static final Duration DAY = Duration.ofDays(1);

    private static final String SOURCE = "read-intake";
    private static final String PROCESSOR = "sequence-events";
    static final String SINK = "write-log";
    static final String COPY = "write-copy";

    private final Serializer<AuditRecord> records;
    private final Parts parts;

    AuditTopology(Parts parts, Serializer<AuditRecord> records) {
        this.parts = parts;
        this.records = records;
    }

    /**
     * What the processors share.
     *
     * @param copied whether a tenant's records go to its own topic too, which MUST exist then
     */
    record Parts(Deserializer<AuditEvent> events, AuditCounters counters, Predicate<String> copied, Clock clock) {}

    Topology build() {
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        SOURCE,
                        new UsePartitionTimeOnInvalidTimestamp(),
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        TopicNames.AUDIT_INTAKE)
                .addProcessor(PROCESSOR, new Sequencing(parts), SOURCE)
                .addSink(SINK, TopicNames.AUDIT, new StringSerializer(), records, PROCESSOR)
                .addSink(COPY, new OwnTopic(), new StringSerializer(), this::sameBytes, PROCESSOR);
    }

    /** {@code dmsc.<tenant>.audit}; a record, so that the description of the topology names it. */
    private record OwnTopic() implements TopicNameExtractor<String, AuditRecord> {
        @Override
        public String extract(String tenant, AuditRecord value, RecordContext context) {
            return "dmsc." + tenant + ".audit";
        }
    }

    /** A leaf of the log is these bytes: with another topic's schema id the copy would not be the same leaf. */
    private byte[] sameBytes(String topic, AuditRecord value) {
        return records.serialize(TopicNames.AUDIT, value);
    }

    private record Sequencing(Parts parts) implements ProcessorSupplier<String, byte[], String, AuditRecord> {
        @Override
        public Processor<String, byte[], String, AuditRecord> get() {
            return new SequencerProcessor(parts);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(
                    Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(HEADS), Serdes.String(), Serdes.Long())
                            // One changelog record per tenant and commit, and not one for each event.
                            .withCachingEnabled()
                            .withLoggingEnabled(Map.of()),
                    Stores.windowStoreBuilder(
                                    new ReopenableSupplier(
                                            Stores.persistentWindowStore(SEEN, MEMORY.plus(DAY), DAY, false)),
                                    Serdes.String(),
                                    Serdes.ByteArray())
                            .withLoggingEnabled(Map.of()));
        }
    }
}
