package org.dmsc.node.testing;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/**
 * Where the Kafka of a test fabric is: its own, or one outside, which is a container where a Docker engine exists, or whatever
 * {@code -Ddmsc.test.kafka=host:port} names: a fresh, empty cluster of at least one broker.
 */
enum OutsideKafka {
    NONE,
    WANTED;

    static final String PROPERTY = "dmsc.test.kafka";

    /** The version that the fabric embeds, see kafka.version in the parent pom. */
    private static final String IMAGE = "apache/kafka:4.3.1";

    static OutsideKafka wantedBy(ExtensionContext context) {
        return context.getRequiredTestClass().isAnnotationPresent(OnOutsideKafka.class) ? WANTED : NONE;
    }

    static boolean isAvailable() {
        return System.getProperty(PROPERTY) != null
                || DockerClientFactory.instance().isDockerAvailable();
    }

    /** Starts the container; Testcontainers removes it when this JVM ends. */
    String bootstrap() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return given;
        }
        KafkaContainer kafka = new KafkaContainer(IMAGE);
        kafka.start();
        return kafka.getBootstrapServers();
    }
}
