package org.dmsc.router.topology;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.dmsc.router.task.Effect;
import org.dmsc.router.task.TaskKey;
import org.dmsc.router.topology.RouterCounters.Count;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskState;
import org.dmsc.tenant.streams.Alarm;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One lane of the router: reads, has the desk work it out, carries it out. A record that cannot be used is set aside, never a reason to stop. */
final class DelegationProcessor implements Processor<String, byte[], String, Outbound> {

    private static final Logger LOG = LoggerFactory.getLogger(DelegationProcessor.class);
    private static final int MOST_DUE = 500;
    private static final int MOST_WAITING = 32;
    /** So many waiting tasks are looked at when an event may have freed a place; the clock looks at the rest. */
    private static final int MOST_AT_ONCE = 2;

    private static final long UNREADABLE_RETRY_MS = 60_000;
    /** Attempts that end later than this are not counted again after a restart; the registry counts them. */
    private static final long COUNTED_AHEAD_MS = 600_000;

    private final RouterParts parts;
    private ProcessorContext<String, Outbound> context;
    private TaskStore store;
    private DueQueue dueQueue;
    private TaskDesk desk;
    private InFlight.Share share;
    private Alarm alarm;
    private final WaitingLine waiting = new WaitingLine();

    @SuppressWarnings("NullAway.Init") // Streams calls init before anything else.
    DelegationProcessor(RouterParts parts) {
        this.parts = parts;
    }

    @Override
    public void init(ProcessorContext<String, Outbound> given) {
        context = given;
        KeyValueStore<Bytes, byte[]> tasks = given.getStateStore(RouterStores.TASKS);
        store = new TaskStore(tasks, parts.seals(), given::currentSystemTimeMs);
        dueQueue = new DueQueue(tasks);
        desk = new TaskDesk(store, waiting, parts, given.taskId().partition());
        share = parts.inFlight().share();
        parts.pace().reset();
        parts.marks().forget(given.taskId().partition());
        alarm = new Alarm(given, parts.tick(), this::tick);
        countOpenAttempts(given.currentSystemTimeMs());
        alarm.by(given.currentSystemTimeMs());
    }

    @Override
    public void close() {
        parts.pace().reset();
        parts.marks().forget(context.taskId().partition());
        share.close();
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Optional<RecordMetadata> metadata = context.recordMetadata();
        Optional<TenantTopic> place = metadata.map(RecordMetadata::topic).flatMap(TopicNames::parse);
        if (metadata.isEmpty() || place.isEmpty()) {
            // The fabric's own topic that keeps the subscription from being empty.
            parts.pace().handled(context.currentSystemTimeMs());
            return;
        }
        parts.pace().handled(context.currentSystemTimeMs());
        parts.order().serves(metadata.get().partition(), record.timestamp());
        parts.counters().add(Count.RECORDS);
        String key = record.key() == null ? "" : record.key();
        try {
            byte[] raw = record.value() == null ? new byte[0] : record.value();
            Inbound inbound = parts.reader().read(metadata.get().topic(), place.get(), key, raw);
            handle(place.get(), inbound, metadata.get().offset());
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) {
            setAside(record, place.get(), metadata.get(), e);
        }
        parts.marks()
                .handled(
                        metadata.get().topic(),
                        metadata.get().partition(),
                        metadata.get().offset());
        commitInTime();
    }

    private void commitInTime() {
        if (parts.pace().isTime(context.currentSystemTimeMs())) {
            context.commit();
        }
    }

    private void handle(TenantTopic place, Inbound inbound, long offset) {
        long now = context.currentSystemTimeMs();
        if (inbound instanceof Inbound.Submitted submitted) {
            submitted(submitted, now);
        } else if (inbound instanceof Inbound.Happened happened) {
            happened(place, happened, offset, now);
        } else if (inbound instanceof Inbound.Cancelled cancelled) {
            Optional<Work> work = desk.cancelled(cancelled.cancel(), now);
            if (work.filter(result -> result.fate() != Work.Fate.IGNORED).isEmpty()) {
                ignored();
            }
            work.ifPresent(result -> apply(result, now));
        } else if (inbound instanceof Inbound.Canary canary) {
            forward(desk.canary(place.tenant(), canary.event()), now);
            parts.pace().urgent(now);
        } else {
            throw new IllegalStateException("unknown record: " + inbound.getClass());
        }
    }

    private void submitted(Inbound.Submitted submitted, long now) {
        Optional<Work> work = desk.submitted(submitted, now);
        if (work.isEmpty()) {
            parts.counters().add(Count.DUPLICATES);
            return;
        }
        if (!submitted.submission().getFollowUp()) {
            parts.counters().add(Count.ACCEPTED);
            store.putSubmission(work.get().key(), submitted.raw());
        }
        apply(work.get(), now);
    }

    private void happened(TenantTopic place, Inbound.Happened happened, long offset, long now) {
        if (happened.event().getKind() == TaskEventKind.CANARY) {
            return;
        }
        Optional<Work> work = desk.happened(place.tenant(), happened.event(), now);
        if (work.isEmpty()) {
            ignored();
            return;
        }
        Work result = work.get();
        // The assignment took effect when it was written; here it only gets its place among the task's events.
        boolean own = happened.event().getKind() == TaskEventKind.ASSIGNED;
        if (own || result.fate() == Work.Fate.KEPT) {
            store.putEvent(result.key(), offset, happened.raw());
        }
        if (!own && result.fate() == Work.Fate.IGNORED) {
            ignored();
        }
        apply(result, now);
        serveWaiting(now, MOST_AT_ONCE);
    }

    private void tick(long now) {
        for (DueQueue.Due due : dueQueue.take(now, MOST_DUE)) {
            guarded(due.key(), now, () -> desk.due(due, now));
        }
        serveWaiting(now, MOST_WAITING);
        alarm.by(dueQueue.earliest());
        if (!waiting.isEmpty()) {
            // Another lane may free a place for them.
            alarm.by(now + parts.tick().toMillis());
        }
        commitInTime();
    }

    private void serveWaiting(long now, int most) {
        for (TaskKey key : waiting.next(parts.inFlight().freed(), most)) {
            guarded(key, now, () -> desk.lookAgain(key, now));
        }
    }

    private void guarded(TaskKey key, long now, Supplier<Optional<Work>> plan) {
        try {
            Optional<Work> work = plan.get();
            work.ifPresentOrElse(result -> apply(result, now), () -> waiting.remove(key));
        } catch (KafkaException e) {
            throw e;
        } catch (RefusedException e) {
            // The tenant's keys are gone, and with them everything that could be done for this task.
            waiting.remove(key);
            store.forget(key, Optional.empty());
            LOG.atWarn()
                    .addKeyValue("tenant", key.tenant())
                    .addKeyValue("taskId", key.taskId())
                    .addKeyValue("refusal", e.refusal())
                    .log("task cannot be opened any more: forgotten");
        } catch (RuntimeException e) {
            later(now + UNREADABLE_RETRY_MS, key);
            LOG.atError()
                    .addKeyValue("tenant", key.tenant())
                    .addKeyValue("taskId", key.taskId())
                    .setCause(e)
                    .log("looking at a task failed");
        }
    }

    private void apply(Work work, long now) {
        if (work.fate() == Work.Fate.FORGOTTEN) {
            store.forget(work.key(), Optional.of(work.state()));
            return;
        }
        work.sealed().ifPresent(bytes -> store.put(work.key(), work.before(), work.state(), bytes));
        if (work.noLongerDue() > 0) {
            dueQueue.remove(work.noLongerDue(), work.key());
        }
        if (work.due() > 0) {
            later(work.due(), work.key());
        }
        if (work.waits()) {
            waiting.add(work.key(), work.state().getPriority());
            alarm.by(now + parts.tick().toMillis());
        } else {
            waiting.remove(work.key());
        }
        work.out().forEach(record -> forward(record, now));
        work.effects().forEach(this::count);
        if (work.urgent()) {
            parts.pace().urgent(now);
        }
    }

    private void later(long time, TaskKey key) {
        dueQueue.add(time, key);
        alarm.by(time);
    }

    private void forward(Outbound outbound, long now) {
        context.forward(new Record<>(outbound.key(), outbound, now, outbound.headers()));
    }

    private void count(Effect effect) {
        if (effect instanceof Effect.Report report) {
            AgentReport said = report.report();
            AgentRef agent = AgentRef.of(said.getTenant(), said.getAgent());
            if (said.getKind() == AgentReportKind.ASSIGNED) {
                parts.counters().add(Count.ASSIGNED);
                share.opened(agent);
            } else {
                parts.counters().add(Count.ATTEMPTS_CLOSED);
                share.closed(agent);
            }
        } else if (effect instanceof Effect.Emit emit) {
            countEvent(emit.event().getKind());
        } else if (effect instanceof Effect.Audit audit && audit.event().getKind() == AuditKind.OUTCOME) {
            parts.counters().add(Count.ENDED);
        }
    }

    private void countEvent(TaskEventKind kind) {
        if (kind == TaskEventKind.DEFERRED) {
            parts.counters().add(Count.DEFERRED);
        } else if (kind == TaskEventKind.ENDED) {
            // Ended by the router itself: refused, out of time, or cancelled.
            parts.counters().add(Count.ENDED_BY_ROUTER);
        }
    }

    private void countOpenAttempts(long now) {
        for (DueQueue.Due due : dueQueue.peek(now + COUNTED_AHEAD_MS)) {
            try {
                store.find(due.key())
                        .filter(state -> state.getDueAt() == due.time() && !state.getEnded())
                        .ifPresent(state -> countOpen(due.key(), state));
            } catch (RefusedException e) {
                LOG.atDebug().addKeyValue("taskId", due.key().taskId()).log("task cannot be opened: not counted");
            }
        }
    }

    private void countOpen(TaskKey key, TaskState state) {
        if (state.getOpenAttempt() == 0) {
            waiting.add(key, state.getPriority());
            return;
        }
        state.getAttempts().stream()
                .filter(attempt -> attempt.getAttempt() == state.getOpenAttempt())
                .forEach(attempt -> share.opened(AgentRef.of(attempt.getTenant(), attempt.getAgent())));
    }

    private void ignored() {
        parts.counters().add(Count.IGNORED);
    }

    private void setAside(
            Record<String, byte[]> record, TenantTopic place, RecordMetadata metadata, RuntimeException why) {
        parts.counters().add(Count.SET_ASIDE);
        String cause = why instanceof RefusedException refused ? refused.sentence() : why.toString();
        LOG.atWarn()
                .addKeyValue("topic", metadata.topic())
                .addKeyValue("partition", metadata.partition())
                .addKeyValue("offset", metadata.offset())
                .addKeyValue("cause", Printable.of(cause))
                .log("record cannot be used: set aside");
        String origin = metadata.topic() + "-" + metadata.partition() + "@" + metadata.offset();
        // What is no refusal of ours may quote the record.
        String said = why instanceof RefusedException
                ? Printable.of(cause)
                : why.getClass().getSimpleName();
        long now = context.currentSystemTimeMs();
        forward(parts.recorder().unusable(place.tenant(), origin, said, now), now);
        if (record.value() != null && record.key() != null) {
            Map<String, String> headers = Map.of(
                    "dmsc-tenant",
                    place.tenant().value(),
                    "dmsc-kind",
                    "Unusable",
                    "dmsc-origin",
                    origin,
                    "dmsc-error",
                    Printable.of(cause));
            forward(Recorder.poison(place.tenant(), record.key(), record.value(), headers), now);
        }
    }
}
