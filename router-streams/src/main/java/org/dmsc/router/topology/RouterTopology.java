package org.dmsc.router.topology;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TopicNameExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.dmsc.schemas.Lanes;

/**
 * The router.
 *
 * <pre>
 *   dmsc.&lt;t&gt;.tasks  ─┐                       ┌─▶ dmsc.&lt;t&gt;.events   (ASSIGNED, DEFERRED, ATTEMPT_CLOSED, ENDED)
 *                    ├─▶ delegate-tasks ─────┼─▶ dmsc.&lt;t'&gt;.inbox   (deliveries)
 *   dmsc.&lt;t&gt;.events ─┘   tasks               ├─▶ dmsc.&lt;t'&gt;.agents  (assigned, outcome)
 *                                            ├─▶ dmsc.sys.audit-intake, dmsc.sys.lessons
 *                                            └─▶ dmsc.&lt;t&gt;.dead
 * </pre>
 */
public final class RouterTopology {

    private static final String SOURCE = "read-tasks-and-events";
    private static final String PROCESSOR = "delegate-tasks";
    private static final String SINK = "write-records";

    private final Pattern topics;
    private final RouterParts parts;

    /** Over the topics that a pattern matches. */
    public RouterTopology(Pattern topics, RouterParts parts) {
        this.topics = topics;
        this.parts = parts;
    }

    /** The topology. */
    public Topology build() {
        TopicNameExtractor<String, Outbound> topic = (key, outbound, context) -> outbound.topic();
        Serializer<Outbound> value = (name, outbound) -> outbound.value();
        StreamPartitioner<String, Outbound> partition = (name, key, outbound, partitions) ->
                Optional.of(Set.of(outbound.partition().orElseGet(() -> Lanes.of(key, partitions))));
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        SOURCE,
                        parts.order(),
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        topics)
                .addProcessor(PROCESSOR, new Delegation(parts), SOURCE)
                .addSink(SINK, topic, new StringSerializer(), value, partition, PROCESSOR);
    }

    /** Makes one processor for each lane, and owns their stores. */
    private record Delegation(RouterParts parts) implements ProcessorSupplier<String, byte[], String, Outbound> {
        @Override
        public Processor<String, byte[], String, Outbound> get() {
            return new DelegationProcessor(parts);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return RouterStores.builders();
        }
    }
}
