package org.dmsc.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {

    private static final String TOPIC = "dmsc.acme.tasks";

    private final FakeRegistry registry = new FakeRegistry();
    private final AvroCodec codec = new AvroCodec(registry);
    private final AvroSerde<TaskCancel> serde = new AvroSerde<>(codec, TaskCancel.class);
    private final TaskCancel cancel = new TaskCancel("t-1", "acme", "support", 7L, "enough");

    @Test
    void writesTheConfluentWireFormatByteForByte() {
        registry.register("other", Schema.create(Schema.Type.INT));

        byte[] bytes = serde.serializer().serialize(TOPIC, cancel);

        byte[] expected = {
            0, 0, 0, 0, 2, // magic, schema id
            6, 't', '-', '1', 8, 'a', 'c', 'm', 'e', 14, 's', 'u', 'p', 'p', 'o', 'r', 't', 14, 12, 'e', 'n', 'o', 'u',
            'g', 'h'
        };
        assertThat(bytes).isEqualTo(expected);
    }

    @Test
    void readsWhatItWrote() {
        byte[] bytes = serde.serializer().serialize(TOPIC, cancel);

        assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(cancel);
    }

    @Test
    void keepsTombstones() {
        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, (byte[]) null)).isNull();
    }

    @Test
    void registersUnderTopicNameStrategyWithOneSubjectForAllTenants() {
        serde.serializer().serialize("dmsc.acme.tasks", cancel);
        serde.serializer().serialize("dmsc.beta.tasks", cancel);
        serde.serializer().serialize("dmsc.sys.tenants", cancel);
        serde.serializer().serialize("dmsc.audit", cancel);
        serde.serializer().serialize("dmsc.audit", cancel);

        assertThat(registry.subjects)
                .containsExactly(
                        "dmsc.tenant-value", "dmsc.tenant-value", "dmsc.sys.tenants-value", "dmsc.audit-value");
    }

    @Test
    void aStrangerReadsTheBytesWithTheRegistryAlone() throws IOException {
        byte[] bytes = serde.serializer().serialize(TOPIC, cancel);

        Schema schema = new Schema.Parser()
                .parse(registry.byId(ByteBuffer.wrap(bytes, 1, 4).getInt()).toString());
        GenericRecord read = new GenericDatumReader<GenericRecord>(schema)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));

        assertThat(read.get("callerAgent").toString()).isEqualTo("support");
    }

    @Test
    void readsRecordsOfAnOlderWriterThatLackedAField() throws IOException {
        Schema now = TaskCancel.getClassSchema();
        Schema before = Schema.createRecord(now.getName(), "", now.getNamespace(), false);
        before.setFields(now.getFields().stream()
                .filter(field -> !field.name().equals("reason"))
                .map(field -> new Schema.Field(field.name(), field.schema(), field.doc()))
                .toList());
        GenericRecord old = new GenericData.Record(before);
        old.put("taskId", "t-9");
        old.put("callerTenant", "acme");
        old.put("callerAgent", "a");
        old.put("time", 1L);
        int id = registry.register("old", before);

        TaskCancel read = serde.deserializer().deserialize(TOPIC, wire(id, generic(before, old)));

        assertThat(read.getTaskId()).isEqualTo("t-9");
        assertThat(read.getReason()).isEmpty();
    }

    @Test
    void refusesAnythingElseAsUnreadable() {
        byte[] good = serde.serializer().serialize(TOPIC, cancel);
        byte[] otherMagic = good.clone();
        otherMagic[0] = 1;
        byte[] otherId = good.clone();
        otherId[4] = 99;
        byte[] cut = java.util.Arrays.copyOf(good, good.length - 3);
        byte[] otherType = new AvroSerde<>(codec, GatewayRecord.class)
                .serializer()
                .serialize("x", new GatewayRecord("g", 1L, List.of(), List.of(), null, null, -1L, 1L, 1L, false));

        for (byte[] bad : List.of(new byte[0], new byte[] {0, 0, 0}, otherMagic, otherId, cut, otherType)) {
            assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bad))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.UNREADABLE));
        }
    }

    @Test
    void aHugeLengthInsideARecordDoesNotTakeTheHeap() {
        byte[] claimsTwoGigabytes = {0, 0, 0, 0, 1, (byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 'x'};
        registry.register("s", TaskCancel.getClassSchema());

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, claimsTwoGigabytes))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void codecRoundTripsWithoutPrefix() {
        TaskEvent event = TaskEvent.newBuilder()
                .setEventId("e")
                .setTaskId("t")
                .setContextId("c")
                .setKind(TaskEventKind.AGENT_UPDATE)
                .setState(TaskStateName.COMPLETED)
                .setBy("spiffe://acme.fabric.localhost/agent/a")
                .setTime(3)
                .build();
        int id = codec.schemaId(event.getSchema());

        assertThat(codec.decode(codec.encode(event), id, TaskEvent.class)).isEqualTo(event);
        assertThat(registry.subjects).contains("org.dmsc.schemas.avro.TaskEvent");
    }

    @Test
    void everySchemaFileSurvivesItsOwnText() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target/classes/org/dmsc/schemas/avro"))) {
            List<String> types = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.contains("$"))
                    .map(name -> "org.dmsc.schemas.avro." + name.substring(0, name.length() - ".class".length()))
                    .toList();
            assertThat(types).contains("org.dmsc.schemas.avro.AuditRecord", "org.dmsc.schemas.avro.SealedEnvelope");
            for (String type : types) {
                Schema schema =
                        (Schema) Class.forName(type).getMethod("getClassSchema").invoke(null);
                assertThat(new Schema.Parser().parse(schema.toString())).isEqualTo(schema);
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] generic(Schema schema, GenericRecord value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(value, encoder);
        return out.toByteArray();
    }

    private static byte[] wire(int id, byte[] avro) {
        return ByteBuffer.allocate(5 + avro.length)
                .put((byte) 0)
                .putInt(id)
                .put(avro)
                .array();
    }
}
