package org.dmsc.bridge.core.ask;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.bridge.core.DeadLetters;
import org.dmsc.bridge.core.DeadTask;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.DeadLetter;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.keys.Envelopes;

/** {@link DeadLetters} by scanning {@code dmsc.<tenant>.dead} up to where it ends now. */
public final class KafkaDeadLetters implements DeadLetters, AutoCloseable {

    private static final int MOST_WAITING = 16;
    private static final int MOST = 10_000;
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    /** A task that had less time than this at first would be dead again before anybody saw it. */
    private static final long LEAST_TIME_MS = 1000;

    private final Supplier<Consumer<String, byte[]>> readers;
    private final Deserializer<SealedEnvelope> values;
    private final ExchangeParts parts;
    private final TaskIds ids;
    private final TaskRecords records;
    private final Clock clock;
    private final ThreadPoolExecutor executor;

    public KafkaDeadLetters(
            Supplier<Consumer<String, byte[]>> readers, Deserializer<SealedEnvelope> values, ExchangeParts parts) {
        this.readers = readers;
        this.values = values;
        this.parts = parts;
        this.ids = new TaskIds(parts.hmac());
        this.records = new TaskRecords(parts);
        this.clock = parts.clock();
        this.executor =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "dmsc-dead-letters");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** A record of the topic, with what it says when it is a letter. */
    private record Found(DeadTask task, Optional<DeadLetter> letter, Optional<SealedEnvelope> envelope) {}

    @Override
    public CompletionStage<List<DeadTask>> list(TenantId tenant, Optional<AgentId> of, int limit) {
        return scan(tenant, found -> isOf(found, of), Math.max(0, Math.min(limit, MOST)))
                .thenApply(all -> all.stream().map(Found::task).toList());
    }

    @Override
    public CompletionStage<DeadTask> find(TenantId tenant, Optional<AgentId> of, String taskId) {
        return newest(tenant, of, taskId).thenApply(Found::task);
    }

    @Override
    public CompletionStage<String> replay(TenantId tenant, Optional<AgentId> of, String taskId, Caller actor) {
        return newest(tenant, of, taskId).thenCompose(found -> {
            DeadLetter letter = found.letter()
                    .orElseThrow(
                            () -> new RefusedException(
                                    Refusal.INVALID_REQUEST,
                                    "'" + Printable.of(taskId)
                                            + "' is a record that could not be used (expected a task); it cannot be begun anew"));
            SealedEnvelope envelope = found.envelope().orElseThrow();
            return submit(tenant, letter, envelope, actor);
        });
    }

    private CompletionStage<String> submit(TenantId tenant, DeadLetter letter, SealedEnvelope envelope, Caller actor) {
        TaskSubmission old = letter.getSubmission();
        if (envelope.getPayload() == null
                || !envelope.getPayload().getMessageId().equals(old.getMessageId())) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "the letter of task " + old.getTaskId() + " does not hold the task's own message");
        }
        byte[] message = parts.stored().open(envelope);
        AgentRef caller = new AgentRef(tenant, new AgentId(old.getCallerAgent()));
        TaskSubmission again = again(letter, caller);
        // Written down before it is done; said twice, it is one event and one task.
        return parts.audit()
                .record(replayed(letter, again, actor))
                .thenCompose(recorded -> records.submit(caller, again, message))
                .thenApply(offset -> again.getTaskId());
    }

    /** A task of its own: whatever it was a part of has ended, so only what limits it is kept. */
    private TaskSubmission again(DeadLetter letter, AgentRef caller) {
        TaskSubmission old = letter.getSubmission();
        String id = ids.task(caller, "replay\0" + old.getTaskId() + "\0" + letter.getTime());
        long now = clock.millis();
        return TaskSubmission.newBuilder(old)
                .setTaskId(id)
                .setMessageId(id)
                .setGateway(parts.gateway())
                .setCreatedAt(now)
                .setDeadline(now + Math.max(LEAST_TIME_MS, old.getDeadline() - old.getCreatedAt()))
                .setParentTaskId(null)
                .setRootTaskId(id)
                .build();
    }

    private AuditEvent replayed(DeadLetter letter, TaskSubmission again, Caller actor) {
        return AuditEvent.newBuilder()
                .setEventId("replayed." + again.getTaskId())
                .setTenant(again.getCallerTenant())
                .setTime(clock.millis())
                .setKind(AuditKind.TASK_REPLAYED)
                .setActor(actor.id().uri())
                .setNode(parts.gateway())
                .setTaskId(again.getTaskId())
                .setObject(letter.getTaskId())
                .setRefusal(letter.getRefusal())
                .build();
    }

    private CompletionStage<Found> newest(TenantId tenant, Optional<AgentId> of, String taskId) {
        return scan(tenant, found -> isOf(found, of) && found.task().taskId().equals(taskId), 1)
                .thenApply(all -> all.stream()
                        .findFirst()
                        .orElseThrow(() -> new RefusedException(
                                Refusal.TASK_UNKNOWN,
                                "task: no dead letter of '" + Printable.of(taskId)
                                        + "' (expected an id that 'dmsc dead list' shows)")));
    }

    private static boolean isOf(Found found, Optional<AgentId> of) {
        return of.isEmpty() || of.map(AgentId::value).equals(found.task().caller());
    }

    private CompletionStage<List<Found>> scan(TenantId tenant, Predicate<Found> wanted, int most) {
        CompletableFuture<List<Found>> result = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    result.complete(read(tenant, wanted, most));
                } catch (KafkaException e) {
                    result.completeExceptionally(new RefusedException(
                            Refusal.UNAVAILABLE,
                            "the dead letters cannot be read: " + e.getMessage() + "; try again later"));
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RefusedException(Refusal.OVERLOADED, "too many read dead letters; try again later"));
        }
        return result;
    }

    private List<Found> read(TenantId tenant, Predicate<Found> wanted, int most) {
        if (parts.tenants().find(tenant).isEmpty()) {
            throw new RefusedException(
                    Refusal.TENANT_UNKNOWN, "tenant '" + tenant + "': " + Refusal.TENANT_UNKNOWN.meaning());
        }
        Deque<Found> newest = new ArrayDeque<>();
        String topic = Channel.DEAD.of(tenant);
        try (Consumer<String, byte[]> reader = readers.get()) {
            List<TopicPartition> partitions = reader.partitionsFor(topic, WITHIN).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            var ends = reader.endOffsets(partitions, WITHIN);
            long deadline = clock.millis() + WITHIN.toMillis();
            while (partitions.stream().anyMatch(one -> reader.position(one) < ends.getOrDefault(one, 0L))) {
                if (clock.millis() > deadline) {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE, "reading dead letters took longer than " + WITHIN.toSeconds() + " s");
                }
                for (ConsumerRecord<String, byte[]> record : reader.poll(POLL)) {
                    Found found = found(tenant, record);
                    if (wanted.test(found)) {
                        newest.addLast(found);
                    }
                    if (newest.size() > most) {
                        newest.removeFirst();
                    }
                }
            }
        }
        return new ArrayList<>(newest);
    }

    private Found found(TenantId tenant, ConsumerRecord<String, byte[]> record) {
        Optional<String> origin = header(record, "dmsc-origin");
        if (origin.isPresent()) {
            return unusable(record, header(record, "dmsc-error").orElse(""), origin);
        }
        try {
            SealedEnvelope envelope = values.deserialize(record.topic(), record.value());
            Envelopes.requirePlace(envelope, tenant, Channel.DEAD.label());
            DeadLetter letter = parts.envelopes().routing(envelope, DeadLetter.class);
            DeadTask task = new DeadTask(
                    letter.getTaskId(),
                    letter.getRefusal(),
                    letter.getReason(),
                    letter.getAttempts(),
                    letter.getTime(),
                    Optional.of(letter.getSubmission().getCallerAgent()),
                    wanted(letter.getSubmission()),
                    Optional.empty());
            return new Found(task, Optional.of(letter), Optional.of(envelope));
        } catch (RefusedException e) {
            return unusable(
                    record,
                    e.sentence(),
                    Optional.of(record.topic() + "-" + record.partition() + "@" + record.offset()));
        }
    }

    private static Found unusable(ConsumerRecord<String, byte[]> record, String why, Optional<String> origin) {
        DeadTask task = new DeadTask(
                Printable.of(String.valueOf(record.key())),
                Refusal.UNREADABLE.name(),
                Printable.of(why),
                0,
                record.timestamp(),
                Optional.empty(),
                "",
                origin);
        return new Found(task, Optional.empty(), Optional.empty());
    }

    private static String wanted(TaskSubmission submission) {
        if (submission.getTargetAgent() != null) {
            return "agent " + submission.getTargetTenant() + "/" + submission.getTargetAgent();
        }
        if (submission.getSkill() != null) {
            return "skill " + submission.getSkill();
        }
        return submission.getTags().isEmpty() ? "by intent" : "tags " + String.join(" ", submission.getTags());
    }

    private static Optional<String> header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? Optional.empty() : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
