package org.dmsc.bridge.core.lanes;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.dmsc.bridge.core.lanes.LaneRecord.PutBack;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a record to another lane in one transaction with its offset (design 14.5): it is never on both, never on none. The group's generation
 * goes with the offset, so a process that lost the lane moves nothing. Lane loop's thread only, except the making of the producer, which
 * waits for a coordinator and is done beside.
 */
final class PutBackInTransaction implements PutBack {

    private static final Logger LOG = LoggerFactory.getLogger(PutBackInTransaction.class);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final Supplier<Producer<String, SealedEnvelope>> producers;
    private final Consumer<String, byte[]> lanes;
    private CompletableFuture<Producer<String, SealedEnvelope>> ready = new CompletableFuture<>();

    PutBackInTransaction(Supplier<Producer<String, SealedEnvelope>> producers, Consumer<String, byte[]> lanes) {
        this.producers = producers;
        this.lanes = lanes;
    }

    /** Makes the producer on a thread of its own. */
    void prepare() {
        CompletableFuture<Producer<String, SealedEnvelope>> making = new CompletableFuture<>();
        ready = making;
        Thread thread = new Thread(
                () -> {
                    try {
                        Producer<String, SealedEnvelope> made = producers.get();
                        made.initTransactions();
                        making.complete(made);
                    } catch (RuntimeException e) {
                        making.completeExceptionally(e);
                    }
                },
                "dmsc-put-back-init");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean run(LaneRecord record, ProducerRecord<String, SealedEnvelope> elsewhere) {
        Optional<Producer<String, SealedEnvelope>> producer = producer();
        if (producer.isEmpty()) {
            return false;
        }
        try {
            move(producer.get(), record, elsewhere);
            return true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.atWarn()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.lane())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("record was not put back");
            abandon(producer.get());
            return false;
        }
    }

    private void move(
            Producer<String, SealedEnvelope> producer,
            LaneRecord record,
            ProducerRecord<String, SealedEnvelope> elsewhere) {
        producer.beginTransaction();
        Future<?> unused = producer.send(elsewhere, (metadata, failure) -> {
            if (failure != null) {
                LOG.atWarn()
                        .addKeyValue("topic", elsewhere.topic())
                        .addKeyValue("cause", failure.getMessage())
                        .log("send failed");
            }
        });
        LaneMark mark = record.tracker().markWithout(record.offset());
        producer.sendOffsetsToTransaction(
                Map.of(new TopicPartition(record.topic(), record.lane()), LaneOffsets.committable(mark)),
                lanes.groupMetadata());
        producer.commitTransaction();
    }

    private Optional<Producer<String, SealedEnvelope>> producer() {
        if (ready.isCompletedExceptionally()) {
            prepare();
        }
        return ready.isDone() ? Optional.of(ready.join()) : Optional.empty();
    }

    /** After any failure a new producer is the simple way: the id fences the old one and aborts what it left. */
    private void abandon(Producer<String, SealedEnvelope> producer) {
        prepare();
        try {
            producer.close(Duration.ZERO);
        } catch (KafkaException e) {
            LOG.atDebug().addKeyValue("cause", e.getMessage()).log("producer did not close");
        }
    }

    void close() {
        if (ready.isDone() && !ready.isCompletedExceptionally()) {
            ready.join().close(CLOSE_WITHIN);
        }
    }
}
