package org.dmsc.router.learn;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.Lesson;
import org.dmsc.schemas.avro.ModelRecord;
import org.dmsc.tenant.directory.HashKeys;
import org.dmsc.tenant.directory.ModelKeys;
import org.dmsc.tenant.intent.IntentHasher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns each lesson into hashes under its tenant's key and gives it the place of the oldest. A lesson that cannot be used is skipped, loudly,
 * and never a reason to stop.
 */
final class LearnerProcessor implements Processor<String, byte[], String, byte[]> {

    private static final Logger LOG = LoggerFactory.getLogger(LearnerProcessor.class);

    /** How often tenants that left are looked for. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    private static final int MOST_REMEMBERED = 1_000;
    /** Before a tenant's id: the number of its newest lesson, in the store only. */
    private static final String NEWEST = "#";

    /** Sorts behind all of those and before all else. */
    private static final String AFTER_NEWEST = "$";

    private final LearnerParts parts;
    private final Map<TenantId, IntentHasher> hashers = new HashMap<>();
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> store;

    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else.
    LearnerProcessor(LearnerParts parts) {
        this.parts = parts;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
        context = given;
        store = given.getStateStore(LearnerTopology.MODELS);
        given.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, now -> forgetThoseGone());
    }

    @Override
    public void process(Record<String, byte[]> record) {
        try {
            learn(read(record));
            parts.counters().learnt();
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            skip(e);
        }
    }

    private Lesson read(Record<String, byte[]> record) {
        if (record.key() == null || record.value() == null) {
            throw new RefusedException(Refusal.UNREADABLE, "lesson without key or value (expected tenant and lesson)");
        }
        TenantId tenant = new TenantId(record.key());
        Lesson lesson = parts.open(tenant, parts.lessons().deserializer().deserialize("", record.value()));
        if (!lesson.getTenant().equals(tenant.value()) || lesson.getSkill().isEmpty()) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "lesson of tenant '" + Printable.of(lesson.getTenant()) + "' under key '" + tenant
                            + "' (expected the same, and a skill)");
        }
        return lesson;
    }

    private void learn(Lesson lesson) {
        TenantId tenant = new TenantId(lesson.getTenant());
        IntentHasher hasher = hasher(tenant);
        long[] features = hasher.features(lesson.getIntent());
        if (features.length == 0) {
            return;
        }
        byte[] newest = store.get(NEWEST + tenant);
        long sequence = (newest == null ? 0 : ByteBuffer.wrap(newest).getLong()) + 1;
        ModelRecord record = ModelRecord.newBuilder()
                .setTenant(tenant.value())
                .setSequence(sequence)
                .setSkill(hasher.skill(lesson.getSkill()))
                .setFeatures(LongStream.of(features).boxed().toList())
                .build();
        write(ModelKeys.lesson(tenant, sequence), record);
        store.put(
                NEWEST + tenant,
                ByteBuffer.allocate(Long.BYTES).putLong(sequence).array());
    }

    private IntentHasher hasher(TenantId tenant) {
        IntentHasher known = hashers.get(tenant);
        if (known != null) {
            return known;
        }
        if (hashers.size() >= MOST_REMEMBERED) {
            hashers.clear();
        }
        IntentHasher hasher = new IntentHasher(stored(tenant).orElseGet(() -> made(tenant)));
        hashers.put(tenant, hasher);
        return hasher;
    }

    private Optional<byte[]> stored(TenantId tenant) {
        byte[] bytes = store.get(ModelKeys.key(tenant));
        if (bytes == null) {
            return Optional.empty();
        }
        try {
            ModelRecord record = parts.models().deserializer().deserialize("", bytes);
            return Optional.of(HashKeys.open(parts.envelopes(), tenant, record.getKey()));
        } catch (RefusedException e) {
            // The lesson could be opened, so the tenant is there; what was hashed with the lost key is of no use any
            // more.
            LOG.atWarn()
                    .addKeyValue("tenant", tenant)
                    .addKeyValue("refusal", e.refusal())
                    .log("hash key cannot be opened: learning begins anew");
            forget(tenant);
            return Optional.empty();
        }
    }

    private byte[] made(TenantId tenant) {
        byte[] key = new byte[IntentHasher.KEY_BYTES];
        parts.random().nextBytes(key);
        ModelRecord record = ModelRecord.newBuilder()
                .setTenant(tenant.value())
                .setKey(HashKeys.seal(
                        parts.envelopes(), tenant, key, LearnerParts.PARTIES, context.currentSystemTimeMs()))
                .build();
        write(ModelKeys.key(tenant), record);
        return key;
    }

    private void write(String key, ModelRecord record) {
        byte[] bytes = parts.models().serializer().serialize(TopicNames.MODELS, record);
        store.put(key, bytes);
        context.forward(new Record<>(key, bytes, context.currentSystemTimeMs()));
    }

    private void forgetThoseGone() {
        List<TenantId> gone = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.range(NEWEST, AFTER_NEWEST)) {
            while (all.hasNext()) {
                TenantId tenant = new TenantId(all.next().key.substring(NEWEST.length()));
                if (parts.gone().test(tenant)) {
                    gone.add(tenant);
                }
            }
        }
        gone.forEach(this::forget);
    }

    /** All of the tenant's entries, here and on the topic. */
    private void forget(TenantId tenant) {
        List<String> old = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> all = store.prefixScan(tenant + "/", new StringSerializer())) {
            all.forEachRemaining(entry -> old.add(entry.key));
        }
        for (String key : old) {
            store.delete(key);
            context.forward(new Record<>(key, null, context.currentSystemTimeMs()));
        }
        store.delete(NEWEST + tenant);
        hashers.remove(tenant);
        parts.counters().forgotten();
    }

    private void skip(RuntimeException why) {
        parts.counters().skipped();
        String cause = why instanceof RefusedException refused ? refused.sentence() : why.toString();
        LOG.atWarn()
                .addKeyValue(
                        "record",
                        context.recordMetadata()
                                .map(m -> m.topic() + "-" + m.partition() + "@" + m.offset())
                                .orElse("?"))
                .addKeyValue("cause", Printable.of(cause))
                .log("lesson cannot be used: skipped");
    }
}
