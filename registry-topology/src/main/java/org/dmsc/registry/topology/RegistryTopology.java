package org.dmsc.registry.topology;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.dmsc.schemas.TopicNames;

/**
 * The registry.
 *
 * <pre>
 *   dmsc.&lt;t&gt;.agents ─▶ keep-agents ─┬─▶ dmsc.sys.registry      (snapshots, on change, at most every 50 ms per agent)
 *                       agents      └─▶ dmsc.sys.audit-intake  (came, left, went down)
 * </pre>
 */
public final class RegistryTopology {

    static final String AGENTS = "agents";
    static final String SNAPSHOTS = "write-snapshots";
    static final String AUDIT = "write-audit";

    private static final String SOURCE = "read-agents";
    private static final String PROCESSOR = "keep-agents";

    private final Pattern topics;
    private final RegistryParts parts;

    /** Over the topics that a pattern matches. */
    public RegistryTopology(Pattern topics, RegistryParts parts) {
        this.topics = topics;
        this.parts = parts;
    }

    /** The topology. */
    public Topology build() {
        StringSerializer keys = new StringSerializer();
        ByteArraySerializer values = new ByteArraySerializer();
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        SOURCE,
                        new UsePartitionTimeOnInvalidTimestamp(),
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        topics)
                .addProcessor(PROCESSOR, new Keeping(parts), SOURCE)
                .addSink(SNAPSHOTS, TopicNames.REGISTRY, keys, values, PROCESSOR)
                .addSink(AUDIT, TopicNames.AUDIT_INTAKE, keys, values, PROCESSOR);
    }

    /** Makes one processor for each lane, and owns their store: in memory, agents are few and read often. */
    private record Keeping(RegistryParts parts) implements ProcessorSupplier<String, byte[], String, byte[]> {
        @Override
        public Processor<String, byte[], String, byte[]> get() {
            return new RegistryProcessor(parts);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore(AGENTS), Serdes.String(), Serdes.ByteArray())
                    .withLoggingEnabled(Map.of()));
        }
    }
}
