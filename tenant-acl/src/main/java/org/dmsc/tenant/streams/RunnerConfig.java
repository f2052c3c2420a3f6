package org.dmsc.tenant.streams;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.dmsc.tenant.kafka.KafkaClients;

/** How an application writes its results and changelogs, and what it does when it cannot. */
public final class RunnerConfig {

    /** Longer than a transaction is open, so that its records leave together, in one request, when the commit flushes them. */
    private static final int LINGER_MS = 100;

    private static final int SEGMENT_BYTES = 16 * 1024 * 1024;
    private static final int INDEX_BYTES = 1024 * 1024;

    /** Settings to be added to those of {@link KafkaClients#streams}. */
    public static final Map<String, Object> CONFIG = Map.of(
            StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
            LINGER_MS,
            StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
            KafkaClients.MAX_RECORD_BYTES,
            StreamsConfig.topicPrefix(TopicConfig.SEGMENT_BYTES_CONFIG),
            SEGMENT_BYTES,
            StreamsConfig.topicPrefix(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG),
            INDEX_BYTES,
            StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
            DropTooLarge.class,
            "processing.exception.handler.global.enabled",
            true);

    private RunnerConfig() {}
}
