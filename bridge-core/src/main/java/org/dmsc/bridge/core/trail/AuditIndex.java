package org.dmsc.bridge.core.trail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.trail.IndexFile.Reach;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where in {@code dmsc.audit} a task, an agent, a refusal or a kind may be found, in blocks of {@value #BLOCK} records. A thread of its own reads
 * behind the log and writes a file per partition, 4 KiB for a block; half of the time it rests, so that it never has more than half a core.
 * What it has not read yet is searched without it.
 */
final class AuditIndex implements AutoCloseable {

    static final int BLOCK = 512;

    private static final Logger LOG = LoggerFactory.getLogger(AuditIndex.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration WITHIN = Duration.ofSeconds(15);
    private static final Duration AGAIN = Duration.ofSeconds(10);
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final Path folder;
    private final Supplier<Consumer<String, byte[]>> readers;
    private final Deserializer<AuditRecord> values;
    private final Duration rest;
    private final Map<Integer, IndexFile> files = new ConcurrentHashMap<>();
    private final Map<Integer, Block> open = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    /** The block that is being filled. */
    private static final class Block {
        private final byte[] pattern = new byte[AuditTerms.PATTERN_BYTES];
        private int records;
    }

    /**
     * Reads nothing yet.
     *
     * @param rest how long after its start it begins, so that a process that starts has the machine to itself
     */
    AuditIndex(
            Path folder, Supplier<Consumer<String, byte[]>> readers, Deserializer<AuditRecord> values, Duration rest) {
        this.rest = rest;
        this.folder = folder;
        this.readers = readers;
        this.values = values;
        this.thread = new Thread(this::run, "dmsc-audit-index");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Where records with all of these terms may be, in that partition; empty as long as nothing is known of it. */
    Optional<List<Reach>> reaches(int partition, Set<String> terms) {
        return Optional.ofNullable(files.get(partition)).map(file -> file.reaches(terms));
    }

    private void run() {
        LockSupport.parkNanos(rest.toNanos());
        while (!closed) {
            try (Consumer<String, byte[]> reader = readers.get()) {
                follow(reader);
            } catch (InterruptException e) {
                return;
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("cause", e.toString()).log("the audit log is searched without its index");
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
    }

    private void follow(Consumer<String, byte[]> reader) {
        List<TopicPartition> all = reader.partitionsFor(TopicNames.AUDIT, WITHIN).stream()
                .map(one -> new TopicPartition(TopicNames.AUDIT, one.partition()))
                .toList();
        reader.assign(all);
        open.clear();
        Map<TopicPartition, Long> ends = reader.endOffsets(all, WITHIN);
        for (TopicPartition one : all) {
            IndexFile file = files.computeIfAbsent(
                    one.partition(), partition -> new IndexFile(folder.resolve(partition + ".blocks")));
            if (file.end() > ends.getOrDefault(one, 0L)) {
                file.clear();
            }
            reader.seek(one, file.end());
        }
        while (!closed) {
            ConsumerRecords<String, byte[]> batch = reader.poll(POLL);
            long begin = System.nanoTime();
            batch.forEach(this::add);
            LockSupport.parkNanos(batch.isEmpty() ? 0 : System.nanoTime() - begin);
        }
    }

    private void add(ConsumerRecord<String, byte[]> found) {
        Block block = open.computeIfAbsent(found.partition(), partition -> new Block());
        if (found.value() != null) {
            try {
                AuditTerms.of(values.deserialize(found.topic(), found.value()).getEvent())
                        .forEach(term -> AuditTerms.mark(block.pattern, term));
            } catch (KafkaException e) {
                throw e;
            } catch (RuntimeException e) {
                // Whoever looks here must find it as damaged as without an index.
                java.util.Arrays.fill(block.pattern, (byte) -1);
            }
        }
        block.records++;
        if (block.records == BLOCK) {
            IndexFile file = files.get(found.partition());
            if (file != null) {
                file.append(found.offset() + 1, block.pattern);
            }
            open.remove(found.partition());
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSING.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
