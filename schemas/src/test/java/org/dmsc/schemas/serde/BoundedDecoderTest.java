package org.dmsc.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Reads and skips each type of Avro as Avro's own decoder does. */
final class BoundedDecoderTest {

    private static final Schema ALL = schema("""
            {"name":"z","type":"null"},{"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},
            {"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"y","type":"bytes"},
            {"name":"x","type":{"type":"fixed","name":"X","size":3}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},
            {"name":"a","type":{"type":"array","items":"string"}},{"name":"m","type":{"type":"map","values":"long"}},
            {"name":"u","type":["null",{"type":"array","items":"int"}]},""");
    private static final Schema LAST_ONLY = schema("");

    @Test
    void readsAndSkipsEachType() throws IOException {
        GenericRecord record = record();
        for (boolean blocking : new boolean[] {false, true}) {
            byte[] bytes = encoded(record, blocking);

            assertThat(read(bytes, ALL)).isEqualTo(record);
            assertThat(read(bytes, LAST_ONLY).get("last")).hasToString("the end");
        }
    }

    @Test
    void failsWhereverItIsCut() throws IOException {
        byte[] bytes = encoded(record(), false);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);

            assertThatThrownBy(() -> read(cut, ALL)).as("first " + length).isInstanceOf(Exception.class);
            assertThatThrownBy(() -> read(cut, LAST_ONLY))
                    .as("skipping " + length)
                    .isInstanceOf(Exception.class);
        }
    }

    private static GenericRecord record() {
        GenericRecord record = new GenericData.Record(ALL);
        record.put("b", true);
        record.put("i", Integer.MIN_VALUE);
        record.put("l", Long.MAX_VALUE);
        record.put("f", 1.5f);
        record.put("d", -2.25);
        record.put("s", new org.apache.avro.util.Utf8("größer"));
        record.put("y", ByteBuffer.wrap(new byte[] {1, 2}));
        record.put("x", new GenericData.Fixed(ALL.getField("x").schema(), new byte[] {7, 8, 9}));
        record.put("e", new GenericData.EnumSymbol(ALL.getField("e").schema(), "B"));
        record.put("a", List.of(new org.apache.avro.util.Utf8("one"), new org.apache.avro.util.Utf8("two")));
        record.put("m", Map.of(new org.apache.avro.util.Utf8("k"), Long.MIN_VALUE));
        record.put("u", List.of(1, -1));
        record.put("last", new org.apache.avro.util.Utf8("the end"));
        return record;
    }

    private static byte[] encoded(GenericRecord record, boolean blocking) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = blocking
                ? EncoderFactory.get().blockingBinaryEncoder(out, null)
                : EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(ALL).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static GenericRecord read(byte[] bytes, Schema reader) throws IOException {
        return new GenericDatumReader<GenericRecord>(ALL, reader)
                .read(null, new BoundedDecoder(bytes, 0, bytes.length));
    }

    private static Schema schema(String fields) {
        return new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields
                        + "{\"name\":\"last\",\"type\":\"string\"}]}");
    }
}
