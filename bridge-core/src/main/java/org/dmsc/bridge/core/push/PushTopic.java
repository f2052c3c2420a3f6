package org.dmsc.bridge.core.push;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.dmsc.bridge.core.DeadPush;
import org.dmsc.bridge.core.PushConfig;
import org.dmsc.bridge.core.PushConfigs;
import org.dmsc.bridge.core.publish.KeysAtHand;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.PushRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.kafka.CompactedView;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.keys.Envelopes;
import org.jspecify.annotations.Nullable;

/**
 * {@link PushConfigs} on {@code dmsc.sys.push}: every gateway keeps all configurations, sealed as they came, in memory. Thread-safe; one
 * thread reads.
 */
public final class PushTopic implements PushConfigs, AutoCloseable {

    /** More receivers of one task than anybody needs. */
    private static final int MOST_OF_A_TASK = 16;

    /** Notes come within seconds. */
    private static final int MOST_BURIED = 1_000;

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private final PushSeals seals;
    private final KeysAtHand keys;
    private final Clock clock;
    private final Producer<String, SealedEnvelope> producer;
    private final CompactedView<PushEntry> view;
    private final Map<TaskName, Map<String, PushEntry>> ofTasks = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Void>> unread = new ConcurrentSkipListMap<>();
    private final List<BiConsumer<PushKey, Optional<PushEntry>>> listeners = new CopyOnWriteArrayList<>();

    private final Map<String, CompletableFuture<Void>> erasing = new ConcurrentHashMap<>();
    private volatile long readBelow;

    /** When configurations were made that are deleted now: a note about one of them must not bring it back. */
    private final Map<String, Long> buried = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_BURIED;
        }
    };

    private record TaskName(TenantId tenant, String taskId) {}

    public PushTopic(KafkaClients kafka, AvroCodec codec, Envelopes envelopes, KeysAtHand keys, Clock clock) {
        this.seals = new PushSeals(envelopes);
        this.keys = keys;
        this.clock = clock;
        AvroSerde<SealedEnvelope> values = new AvroSerde<>(codec, SealedEnvelope.class);
        this.producer = kafka.producer("push", values.serializer());
        var deserializer = values.deserializer();
        this.view = CompactedView.positioned(
                kafka,
                "push",
                TopicNames.PUSH,
                (key, value, offset) -> seals.open(
                        PushKey.parse(key)
                                .orElseThrow(() -> new RefusedException(
                                        Refusal.UNREADABLE,
                                        "key '" + key + "' (expected <tenant>/<task>/<configuration>)")),
                        deserializer.deserialize(TopicNames.PUSH, value),
                        offset));
    }

    /** Begins to read; returns at once. */
    public void start() {
        view.onChange(this::changed);
        view.start();
    }

    /** Hears of each configuration that is there or comes, and (empty) of each that goes, on the reading thread; MUST NOT block. */
    void onChange(BiConsumer<PushKey, Optional<PushEntry>> listener) {
        listeners.add(listener);
        all().forEach(entry -> listener.accept(entry.key(), Optional.of(entry)));
    }

    /** All that there are now. */
    List<PushEntry> all() {
        return ofTasks.values().stream().flatMap(one -> one.values().stream()).toList();
    }

    @Override
    public CompletionStage<Void> put(Caller caller, PushConfig config) {
        PushKey key = new PushKey(caller.tenant(), config.taskId(), config.id());
        Map<String, PushEntry> present = ofTask(key.tenant(), key.taskId());
        if (present.size() >= MOST_OF_A_TASK && !present.containsKey(config.id())) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.QUOTA_EXCEEDED,
                    "task " + config.taskId() + " has " + present.size() + " push configurations (expected at most "
                            + MOST_OF_A_TASK + "); delete one"));
        }
        PushRecord record = PushRecord.newBuilder()
                .setTaskId(config.taskId())
                .setConfigId(config.id())
                .setCallerAgent(caller.agent().orElseThrow().agent().value())
                .setCallerUri(caller.id().uri())
                .setCreatedAt(clock.millis())
                .build();
        return keys.with(key.tenant(), () -> write(key, seals.seal(key, record, config, clock.millis())));
    }

    @Override
    public List<PushConfig> list(TenantId tenant, String taskId) {
        return ofTask(tenant, taskId).values().stream()
                .map(entry -> entry.config().get())
                .toList();
    }

    @Override
    public CompletionStage<Void> delete(TenantId tenant, String taskId, String id) {
        return ofTask(tenant, taskId).containsKey(id)
                ? erase(new PushKey(tenant, taskId, id))
                : CompletableFuture.completedFuture(null);
    }

    @Override
    public List<DeadPush> dead(TenantId tenant) {
        return all().stream()
                .filter(entry ->
                        entry.key().tenant().equals(tenant) && entry.record().getDead() != null)
                .map(entry -> new DeadPush(
                        entry.key().taskId(),
                        entry.key().configId(),
                        entry.record().getCallerAgent(),
                        entry.record().getDead(),
                        entry.record().getFailures()))
                .toList();
    }

    /** Whose lane it is takes a configuration that was made at another time for another one, and begins with it. */
    @Override
    public CompletionStage<Void> revive(TenantId tenant, String taskId, String id) {
        Optional<PushEntry> dead = current(new PushKey(tenant, taskId, id))
                .filter(entry -> entry.record().getDead() != null);
        if (dead.isEmpty()) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.TASK_UNKNOWN,
                    "webhook '" + Printable.of(id) + "' of task " + Printable.of(taskId)
                            + ": none is given up (expected one that 'dmsc dead list' shows)"));
        }
        PushRecord again = PushRecord.newBuilder(dead.get().record())
                .setCreatedAt(Math.max(clock.millis(), dead.get().record().getCreatedAt() + 1))
                .setFailures(0)
                .setNextAt(0)
                .setDead(null)
                .build();
        return keys.with(tenant, () -> progress(dead.get(), again));
    }

    /** Notes how far a receiver was told. */
    CompletionStage<Void> progress(PushEntry entry, PushRecord record) {
        return write(entry.key(), seals.seal(entry.key(), record, entry.config().get(), clock.millis()));
    }

    /** The configuration as it is now; empty when it was deleted. */
    Optional<PushEntry> current(PushKey key) {
        return Optional.ofNullable(ofTask(key.tenant(), key.taskId()).get(key.configId()));
    }

    @Override
    public void close() {
        view.close();
        producer.close(CLOSE_WITHIN);
    }

    private Map<String, PushEntry> ofTask(TenantId tenant, String taskId) {
        return ofTasks.getOrDefault(new TaskName(tenant, taskId), Map.of());
    }

    /** Written, and read here: who asks this gateway next sees it. */
    private CompletionStage<Void> write(PushKey key, SealedEnvelope value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        send(key, value, done, place -> {
            unread.put(place.offset(), done);
            settle();
        });
        return done;
    }

    private CompletionStage<Void> erase(PushKey key) {
        CompletableFuture<Void> done = erasing.computeIfAbsent(key.toString(), same -> new CompletableFuture<>());
        send(key, null, done, place -> {});
        return done;
    }

    private void send(
            PushKey key, @Nullable SealedEnvelope value, CompletableFuture<Void> done, Consumer<RecordMetadata> sent) {
        try {
            Future<RecordMetadata> unused =
                    producer.send(new ProducerRecord<>(TopicNames.PUSH, key.toString(), value), (place, failure) -> {
                        if (failure == null) {
                            sent.accept(place);
                        } else {
                            done.completeExceptionally(unavailable(failure.getMessage()));
                        }
                    });
        } catch (KafkaException e) {
            done.completeExceptionally(unavailable(e.getMessage()));
        }
    }

    private static RefusedException unavailable(@Nullable String cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE, "push configurations cannot be written: " + cause + "; try again later");
    }

    private void changed(String text, Optional<PushEntry> entry) {
        PushKey.parse(text).ifPresent(key -> {
            if (entry.isPresent() && isOfTheDead(text, entry.get())) {
                // Whoever told the receiver noted how far it was before it read that the configuration is gone.
                var unused = erase(key).exceptionally(failure -> null);
                return;
            }
            bury(text, key, entry);
            keep(key, entry);
            listeners.forEach(listener -> listener.accept(key, entry));
        });
        entry.ifPresentOrElse(
                one -> {
                    readBelow = one.offset() + 1;
                    settle();
                },
                () -> Optional.ofNullable(erasing.remove(text)).ifPresent(done -> done.complete(null)));
    }

    private boolean isOfTheDead(String text, PushEntry entry) {
        return entry.record().getCreatedAt() <= buried.getOrDefault(text, Long.MIN_VALUE);
    }

    /** Reading thread only. */
    private void bury(String text, PushKey key, Optional<PushEntry> entry) {
        if (entry.isEmpty()) {
            current(key).ifPresent(gone -> buried.put(text, gone.record().getCreatedAt()));
        }
    }

    private void keep(PushKey key, Optional<PushEntry> entry) {
        TaskName task = new TaskName(key.tenant(), key.taskId());
        ofTasks.compute(task, (same, known) -> {
            Map<String, PushEntry> all = known == null ? new ConcurrentSkipListMap<>() : known;
            entry.ifPresentOrElse(one -> all.put(key.configId(), one), () -> all.remove(key.configId()));
            return all.isEmpty() ? null : all;
        });
    }

    /** Completes what waits for records that have been read. */
    private void settle() {
        unread.entrySet().removeIf(one -> {
            if (one.getKey() < readBelow) {
                one.getValue().complete(null);
                return true;
            }
            return false;
        });
    }
}
