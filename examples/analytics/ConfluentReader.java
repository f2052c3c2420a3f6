import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Audit records with Confluent's own deserializer and registry client, as a plain consumer: one line for each record, until the topic's end.
 *
 * <pre>
 *   java -cp 'CONFLUENT:node/target/lib/*' ConfluentReader.java consumer.properties TOPIC
 * </pre>
 *
 * The properties are those of any Kafka consumer, with {@code schema.registry.url} and, for a registry that wants a certificate,
 * {@code schema.registry.ssl.*}.
 */
public final class ConfluentReader {

    public static void main(String[] words) throws Exception {
        Properties config = new Properties();
        try (InputStream file = Files.newInputStream(Path.of(words[0]))) {
            config.load(file);
        }
        config.put("key.deserializer", StringDeserializer.class.getName());
        config.put("value.deserializer", KafkaAvroDeserializer.class.getName());
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        int records = 0;
        try (KafkaConsumer<String, GenericRecord> reader = new KafkaConsumer<>(config)) {
            List<TopicPartition> partitions = reader.partitionsFor(words[1]).stream()
                    .map(one -> new TopicPartition(words[1], one.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            var ends = reader.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> reader.position(one) < ends.get(one))) {
                for (ConsumerRecord<String, GenericRecord> found : reader.poll(Duration.ofMillis(200))) {
                    GenericRecord event = (GenericRecord) found.value().get("event");
                    System.out.println(found.value().get("index") + " " + event.get("kind") + " " + event.get("taskId"));
                    records++;
                }
            }
        }
        System.out.println("records: " + records);
    }
}
