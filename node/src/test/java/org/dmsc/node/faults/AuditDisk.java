package org.dmsc.node.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;

/** The only segment of a partition on the disk of a stopped broker, rewritten by somebody who knows Kafka: all checksums are right again. */
record AuditDisk(Path partition) {

    private static final byte MAGIC = 2;

    /** A record as it lies there. */
    record Stored(String key, byte[] value) {}

    void rewrite(UnaryOperator<List<Stored>> attack) throws IOException {
        Path segment = partition.resolve("00000000000000000000.log");
        List<Stored> records = new ArrayList<>();
        try (FileRecords file = FileRecords.open(segment.toFile())) {
            for (Record record : file.records()) {
                records.add(new Stored(
                        new String(Utils.toArray(record.key()), StandardCharsets.UTF_8),
                        Utils.toArray(record.value())));
            }
        }
        List<Stored> after = attack.apply(records);
        MemoryRecordsBuilder made = MemoryRecords.builder(
                ByteBuffer.allocate(1 << 20), MAGIC, Compression.NONE, TimestampType.LOG_APPEND_TIME, 0L);
        after.forEach(record -> made.append(0L, record.key().getBytes(StandardCharsets.UTF_8), record.value()));
        try (FileChannel file =
                FileChannel.open(segment, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            made.build().writeFullyTo(file);
        }
        forgetIndexes();
    }

    /** The broker makes them anew. */
    private void forgetIndexes() throws IOException {
        try (Stream<Path> files = Files.list(partition)) {
            for (Path file : files.filter(one -> one.toString().matches(".*\\.(index|timeindex|txnindex|snapshot)"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
