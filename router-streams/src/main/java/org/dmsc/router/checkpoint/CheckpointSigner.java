package org.dmsc.router.checkpoint;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.kafka.KafkaClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs checkpoints of the audit log, on a thread of its own:
 *
 * <pre>
 *   dmsc.audit.checkpoints, file of heads ─▶ what was signed
 *   dmsc.audit.checkpoints ─▶ the operator log, a tree over all of them ─▶ dmsc.audit.checkpoints ─▶ witnesses
 *   dmsc.audit, committed only ─▶ a tree per tenant ─▶ extends what was signed? ─▶ file of heads ─▶ dmsc.audit.checkpoints
 * </pre>
 *
 * At each start it reads the whole log anew: so an old leaf that was changed on disk is found, and not only what is appended to it. One
 * process at a time signs: a later one takes over, and the earlier one stops.
 */
public final class CheckpointSigner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointSigner.class);
    private static final String TRANSACTIONAL_ID = "dmsc-audit-signer";
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration WITHIN = Duration.ofSeconds(15);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final KafkaClients clients;
    private final SignerSettings settings;
    private final Clock clock;
    private final SignerCounters counters = new SignerCounters();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;
    private volatile String state = "new";
    private volatile boolean stopped;

    public CheckpointSigner(KafkaClients clients, SignerSettings settings, Clock clock) {
        this.clients = clients;
        this.settings = settings;
        this.clock = clock;
        this.thread = new Thread(this::run, "dmsc-audit-signer");
        thread.setDaemon(true);
    }

    /** Begins to work; returns at once. */
    public void start() {
        thread.start();
    }

    /** Whether it signs, and all that it was given to sign: not so when a log contradicts what was signed. */
    public boolean healthy() {
        return !stopped && counters.frozen() == 0;
    }

    /** In words, for people. */
    public String state() {
        return state;
    }

    /** Counters by name, growing since the start: {@code leaves, checkpoints, frozen, failures, cosignatures, witness_away,
     * witness_refusals}. */
    public Map<String, Long> metrics() {
        return counters.all();
    }

    private void run() {
        while (!closed.get()) {
            try {
                live();
            } catch (ProducerFencedException e) {
                stopped = true;
                state = "another process signs now (start this one again to take over)";
                LOG.atWarn().log(state);
                return;
            } catch (InterruptException e) {
                return;
            } catch (KafkaException | RefusedException | java.io.UncheckedIOException e) {
                failed(e);
            }
        }
    }

    private void failed(RuntimeException why) {
        if (closed.get()) {
            return;
        }
        counters.failed();
        state = "signs nothing, tries again: " + why.getMessage();
        LOG.atWarn().addKeyValue("cause", why.toString()).log("signer failed; it starts over");
        LockSupport.parkNanos(AGAIN.toNanos());
    }

    private void live() {
        try (Producer<String, byte[]> producer =
                        clients.transactionalProducer("audit-signer", TRANSACTIONAL_ID, new ByteArraySerializer());
                Consumer<String, byte[]> reader = clients.reader("audit-signer", new ByteArrayDeserializer())) {
            // Whoever signed until now is fenced from here on: what is on the topic is all that there will be of it.
            producer.initTransactions();
            Signing signing = new Signing(settings, counters, producer);
            state = "reads what was signed";
            toTheEnd(reader, TopicNames.AUDIT_CHECKPOINTS, found -> signing.published(found, clock.millis()));
            signing.remember();
            state = "reads the log";
            toTheEnd(reader, TopicNames.AUDIT, found -> signing.leaf(found, clock.millis()));
            signing.caughtUp();
            while (!closed.get()) {
                sign(signing, producer);
                state = signing.frozen().isEmpty() ? "signs" : "FROZEN, signs nothing more of: " + signing.frozen();
                for (ConsumerRecord<String, byte[]> found : reader.poll(POLL)) {
                    signing.leaf(found, clock.millis());
                }
            }
        }
    }

    /**
     * A fenced producer and one whose transaction took too long are both told that their epoch is invalid. Kafka's word for which of the two it
     * was comes with the abort: whoever is fenced MUST NOT start over, or it would fence its successor in turn.
     */
    private void sign(Signing signing, Producer<String, byte[]> producer) {
        try {
            signing.sign(clock.millis());
        } catch (InvalidProducerEpochException e) {
            producer.abortTransaction();
            throw e;
        }
    }

    private void toTheEnd(
            Consumer<String, byte[]> reader,
            String topic,
            java.util.function.Consumer<ConsumerRecord<String, byte[]>> each) {
        List<TopicPartition> partitions = reader.partitionsFor(topic, WITHIN).stream()
                .map(one -> new TopicPartition(topic, one.partition()))
                .toList();
        reader.assign(partitions);
        reader.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = reader.endOffsets(partitions, WITHIN);
        while (!closed.get()
                && partitions.stream().anyMatch(one -> reader.position(one, WITHIN) < ends.getOrDefault(one, 0L))) {
            reader.poll(POLL).forEach(each);
        }
        if (closed.get()) {
            throw new InterruptException("closed while reading " + topic);
        }
    }

    @Override
    public void close() {
        closed.set(true);
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
