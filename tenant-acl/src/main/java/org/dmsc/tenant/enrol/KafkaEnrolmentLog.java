package org.dmsc.tenant.enrol;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.EnrolmentEvent;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link EnrolmentLog} on {@code dmsc.sys.enrolments}: one partition, so its offsets are the order; every record has a key of its own, so
 * nothing ever replaces anything. Thread-safe.
 */
public final class KafkaEnrolmentLog implements EnrolmentLog, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaEnrolmentLog.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

    private final CompactedView<EnrolmentEvent> view;
    private final Producer<String, EnrolmentEvent> producer;
    private final Invitations invitations = new Invitations();

    public KafkaEnrolmentLog(KafkaClients clients, AvroCodec codec) {
        AvroSerde<EnrolmentEvent> serde = new AvroSerde<>(codec, EnrolmentEvent.class);
        this.view = new CompactedView<>(clients, "enrolments", TopicNames.ENROLMENTS, serde.deserializer());
        this.producer = clients.producer("enrolments", serde.serializer());
        // Before the first record is read: the fold must see every one of them, in order.
        view.onChange((key, event) -> event.ifPresent(invitations::apply));
    }

    /** Begins to read. */
    public void start() {
        view.start();
    }

    /** Waits until what was there at the start is known. */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        return view.awaitCaughtUp(atMost);
    }

    @Override
    public void append(EnrolmentEvent event) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long offset = acknowledged(producer.send(record(event)));
        while (view.offset() <= offset) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                throw unavailable("it was not read back within " + PATIENCE.toSeconds() + " s", Optional.empty());
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    @Override
    public void appendLater(EnrolmentEvent event) {
        Future<?> unused = producer.send(record(event), (metadata, failure) -> {
            if (failure != null) {
                LOG.atWarn()
                        .addKeyValue("step", event.getStep())
                        .setCause(failure)
                        .log("not written");
            }
        });
    }

    @Override
    public Invitations invitations() {
        return invitations;
    }

    @Override
    public void close() {
        producer.close(PATIENCE);
        view.close();
    }

    private static ProducerRecord<String, EnrolmentEvent> record(EnrolmentEvent event) {
        return new ProducerRecord<>(TopicNames.ENROLMENTS, event.getTokenSha256() + "/" + event.getEntry(), event);
    }

    private static long acknowledged(Future<RecordMetadata> answer) {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).offset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted", Optional.empty());
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable("Kafka did not acknowledge", Optional.of(e));
        }
    }

    private static RefusedException unavailable(String why, Optional<Exception> cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "enrolment cannot be recorded: " + why
                        + cause.map(e -> " (" + e + ")").orElse("")
                        + " (expected a reachable Kafka; a token that was shown meanwhile may be used up: ask for a new one)");
    }
}
