package org.dmsc.schemas.serde;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.registry.SchemaRegistry;

/** Avro records as plain binary, with the writer's schema named by a registry id beside the bytes. Thread-safe. */
public final class AvroCodec {

    private final Map<Class<?>, SpecificDatumWriter<?>> datumWriters = new ConcurrentHashMap<>();
    private final SchemaRegistry registry;
    private final Map<Integer, Schema> writers = new ConcurrentHashMap<>();
    private final ThreadLocal<Map<Reading, SpecificDatumReader<?>>> datumReaders =
            ThreadLocal.withInitial(HashMap::new);

    public AvroCodec(SchemaRegistry registry) {
        this.registry = registry;
    }

    /** The registry behind this codec. */
    public SchemaRegistry registry() {
        return registry;
    }

    /** Avro binary of the record, without any prefix. */
    public <T extends SpecificRecord> byte[] encode(T value) {
        ByteArrayOutputStream out = new UnlockedBytes();
        write(value, out);
        return out.toByteArray();
    }

    /** Making one looks for the record's model by reflection, which costs more than writing a small record. */
    @SuppressWarnings("unchecked") // A writer is made for the class under which it is kept.
    private <T extends SpecificRecord> SpecificDatumWriter<T> writer(T value) {
        return (SpecificDatumWriter<T>)
                datumWriters.computeIfAbsent(value.getClass(), type -> newWriter(value.getSchema()));
    }

    /** By the code that generated classes bring, a fifth quicker than Avro's walk over the schema, which is its default. */
    private static SpecificDatumWriter<SpecificRecord> newWriter(Schema schema) {
        SpecificDatumWriter<SpecificRecord> writer = new SpecificDatumWriter<>(schema);
        writer.getSpecificData().setCustomCoders(true);
        return writer;
    }

    <T extends SpecificRecord> void write(T value, ByteArrayOutputStream out) {
        try {
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            writer(value).write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads what {@link #encode} wrote, by the writer's schema of that id.
     *
     * @throws RefusedException UNREADABLE when the bytes are not such a record
     */
    public <T extends SpecificRecord> T decode(byte[] bytes, int schemaId, Class<T> type) {
        return decode(bytes, 0, bytes.length, schemaId, type);
    }

    <T extends SpecificRecord> T decode(byte[] bytes, int offset, int length, int schemaId, Class<T> type) {
        try {
            return reader(schemaId, type).read(null, new BoundedDecoder(bytes, offset, length));
        } catch (IOException | RuntimeException e) {
            if (e instanceof RefusedException refused) {
                throw refused;
            }
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "not a " + type.getSimpleName() + " of schema " + schemaId + ": " + e.getMessage());
        }
    }

    /** Resolving writer's against reader's schema costs many times more than reading a record; a reader is not for several threads. */
    @SuppressWarnings("unchecked") // A reader is made for the class under which it is kept.
    private <T extends SpecificRecord> SpecificDatumReader<T> reader(int schemaId, Class<T> type) {
        return (SpecificDatumReader<T>) datumReaders
                .get()
                .computeIfAbsent(
                        new Reading(schemaId, type),
                        reading -> new SpecificDatumReader<>(
                                writers.computeIfAbsent(schemaId, registry::byId), ReaderSchemas.of(type)));
    }

    private record Reading(int schemaId, Class<? extends SpecificRecord> type) {}

    /** The registry id of a record type, registered under {@code <full name>} on first use. */
    public int schemaId(Schema schema) {
        return registry.register(schema.getFullName(), schema);
    }
}
