package org.dmsc.router.learn;

import java.util.Map;
import java.util.Set;
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
 * The learner.
 *
 * <pre>
 *   dmsc.sys.lessons ─▶ learn-intents ─▶ dmsc.sys.models   (compacted: the tenant's key, and its newest lessons)
 *                       models   the same, and for each tenant the number of its newest lesson
 * </pre>
 */
final class LearnerTopology {

    static final String MODELS = "models";

    private static final String SOURCE = "read-lessons";
    private static final String PROCESSOR = "learn-intents";
    private static final String SINK = "write-models";

    private final LearnerParts parts;

    LearnerTopology(LearnerParts parts) {
        this.parts = parts;
    }

    Topology build() {
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        SOURCE,
                        new UsePartitionTimeOnInvalidTimestamp(),
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        TopicNames.LESSONS)
                .addProcessor(PROCESSOR, new Learning(parts), SOURCE)
                .addSink(SINK, TopicNames.MODELS, new StringSerializer(), new ByteArraySerializer(), PROCESSOR);
    }

    /** Makes one processor for each partition, and owns their stores. */
    private record Learning(LearnerParts parts) implements ProcessorSupplier<String, byte[], String, byte[]> {
        @Override
        public Processor<String, byte[], String, byte[]> get() {
            return new LearnerProcessor(parts);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(Stores.keyValueStoreBuilder(
                            Stores.persistentKeyValueStore(MODELS), Serdes.String(), Serdes.ByteArray())
                    .withLoggingEnabled(Map.of()));
        }
    }
}
