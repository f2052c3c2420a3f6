package org.dmsc.schemas.serde;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;

/**
 * Confluent wire format, version 0: a zero byte, the schema id as four bytes big-endian, Avro binary. Schemas are registered under
 * {@code <topic>-value}, Confluent's TopicNameStrategy; tenant topics share the subject {@code dmsc.tenant-value}, because a hundred tenants
 * with one schema need one subject, not a hundred. Null stays null (a tombstone). Thread-safe.
 */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {

    private static final int PREFIX = 5;

    private final AvroCodec codec;
    private final Class<T> type;
    private final Schema schema;
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    public AvroSerde(AvroCodec codec, Class<T> type) {
        this.codec = codec;
        this.type = type;
        this.schema = ReaderSchemas.of(type);
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, value) -> value == null ? null : write(topic, value);
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, bytes) -> bytes == null ? null : read(bytes);
    }

    private byte[] write(String topic, T value) {
        ByteArrayOutputStream out = new UnlockedBytes();
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id(topic)).array());
        codec.write(value, out);
        return out.toByteArray();
    }

    private int id(String topic) {
        Integer known = ids.get(topic);
        if (known != null) {
            return known;
        }
        int id = codec.registry().register(subject(topic), schema);
        ids.put(topic, id);
        return id;
    }

    private T read(byte[] bytes) {
        if (bytes.length < PREFIX || bytes[0] != 0) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "value does not begin with a zero byte and a schema id (expected the Confluent wire format)");
        }
        int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
        return codec.decode(bytes, PREFIX, bytes.length - PREFIX, id, type);
    }

    private static String subject(String topic) {
        return TopicNames.parse(topic).isPresent() ? "dmsc.tenant-value" : topic + "-value";
    }
}
