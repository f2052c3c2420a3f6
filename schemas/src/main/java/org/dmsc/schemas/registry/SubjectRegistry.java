package org.dmsc.schemas.registry;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * The embedded registry as outsiders see it: subjects with versions, over the same topic and with the same ids as {@link TopicSchemaRegistry}.
 * Each question reads the topic to its end first, so that whatever was acknowledged anywhere is seen. Blocks; one question at a time.
 */
public final class SubjectRegistry implements AutoCloseable {

    /** Where nobody said otherwise: the fabric's own schemas evolve so that old and new programs read old and new records. */
    public static final CompatibilityLevel USUAL = CompatibilityLevel.FULL_TRANSITIVE;

    private static final TopicPartition LOG = new TopicPartition(TopicNames.SCHEMAS, 0);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Supplier<Producer<String, String>> producers;
    private final Supplier<Consumer<String, String>> consumers;
    private final Subjects subjects = new Subjects();
    private @Nullable Producer<String, String> producer;
    private @Nullable Consumer<String, String> consumer;

    /** Talks to nobody before the first question. */
    public SubjectRegistry(Supplier<Producer<String, String>> producers, Supplier<Consumer<String, String>> consumers) {
        this.producers = producers;
        this.consumers = consumers;
    }

    /** All subjects. */
    public List<String> subjects() {
        return ask(Subjects::names);
    }

    /** A subject's versions, oldest first; none for a subject that is not there. */
    public List<SubjectVersion> versions(String subject) {
        return ask(known -> known.versions(subject));
    }

    /** The text that an id names. */
    public Optional<String> text(int id) {
        return ask(known -> known.text(id));
    }

    /** Under which subjects an id is. */
    public List<SubjectVersion> ofId(int id) {
        return ask(known -> known.ofId(id));
    }

    /** A subject's own level, {@code ""}: the one that counts for all others; empty where nobody set one. */
    public Optional<CompatibilityLevel> level(String subject) {
        return ask(known -> known.level(subject));
    }

    /** The level that counts for a subject. */
    public CompatibilityLevel levelFor(String subject) {
        return ask(known -> counting(known, subject));
    }

    private static CompatibilityLevel counting(Subjects known, String subject) {
        return known.level(subject).or(() -> known.level(Subjects.GLOBAL)).orElse(USUAL);
    }

    /**
     * The version of this schema under this subject, a new one when it is new.
     *
     * @param text as {@link #canonical} gives it
     * @throws RefusedException INVALID_CONFIGURATION when it does not fit the versions before it, with all reasons
     */
    public synchronized SubjectVersion register(String subject, String text) {
        List<SubjectVersion> before = versions(subject);
        Optional<SubjectVersion> known = withText(before, text);
        if (known.isPresent()) {
            return known.get();
        }
        List<String> faults = faults(counting(subjects, subject), text, before);
        if (!faults.isEmpty()) {
            throw new RefusedException(Refusal.INVALID_CONFIGURATION, String.join("; ", faults));
        }
        write(subject, SchemaTexts.entry(subject, text));
        return withText(versions(subject), text)
                .orElseThrow(() -> new RefusedException(
                        Refusal.INTERNAL, "a schema of subject " + subject + " was written and is not in the topic"));
    }

    /** Sets a level; {@code ""}: of all subjects that have none. */
    public synchronized void level(String subject, CompatibilityLevel level) {
        write(subject, SchemaTexts.levelEntry(subject, level.name()));
    }

    /** What keeps a text from following these versions, as the subject's level has it; empty when nothing does. */
    public List<String> faults(String subject, String text, List<SubjectVersion> before) {
        return faults(levelFor(subject), text, before);
    }

    private static List<String> faults(CompatibilityLevel level, String text, List<SubjectVersion> before) {
        return level.faults(
                SchemaTexts.parse(0, text),
                before.stream()
                        .map(version -> SchemaTexts.parse(version.id(), version.schema()))
                        .toList());
    }

    /**
     * A schema as it is registered: without the spaces and the order that its author chose, so that one schema has one id.
     *
     * @throws RefusedException UNREADABLE when it is no Avro schema
     */
    public static String canonical(String text) {
        try {
            return new Schema.Parser().parse(text).toString();
        } catch (RuntimeException e) {
            // Not only SchemaParseException: Avro 1.12.1 throws NullPointerException for an unknown type.
            throw new RefusedException(Refusal.UNREADABLE, "not an Avro schema: " + e.getMessage());
        }
    }

    private static Optional<SubjectVersion> withText(List<SubjectVersion> versions, String text) {
        return versions.stream()
                .filter(version -> version.schema().equals(text))
                .findFirst();
    }

    private synchronized <T> T ask(Function<Subjects, T> question) {
        try {
            readToTheEnd();
            return question.apply(subjects);
        } catch (KafkaException e) {
            throw unavailable(e);
        }
    }

    private void readToTheEnd() {
        Consumer<String, String> reader = consumer;
        if (reader == null) {
            reader = consumers.get();
            reader.assign(List.of(LOG));
            reader.seekToBeginning(List.of(LOG));
            consumer = reader;
        }
        long end = reader.endOffsets(List.of(LOG), WITHIN).getOrDefault(LOG, 0L);
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (reader.position(LOG, WITHIN) < end) {
            reader.poll(POLL).forEach(entry -> subjects.accept(entry.value() == null ? "" : entry.value()));
            if (System.nanoTime() > deadline) {
                throw new KafkaException("not read within " + WITHIN.toSeconds() + " s");
            }
        }
    }

    private void write(String subject, String entry) {
        Producer<String, String> writer = producer;
        if (writer == null) {
            writer = producers.get();
            producer = writer;
        }
        try {
            var unused = writer.send(new ProducerRecord<>(TopicNames.SCHEMAS, 0, subject, entry))
                    .get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw unavailable(e);
        }
    }

    private static RefusedException unavailable(Exception cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "schema registry: " + TopicNames.SCHEMAS + " does not answer: " + cause.getMessage()
                        + "; try again later");
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
        if (consumer != null) {
            consumer.close();
            consumer = null;
        }
    }
}
