package org.dmsc.bridge.core.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dmsc.bridge.core.Assignment;
import org.dmsc.bridge.core.Failure;
import org.dmsc.bridge.core.StoredTask;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.task.TaskFold;
import org.dmsc.schemas.task.TaskFold.Effect;
import org.dmsc.schemas.task.TaskProgress;
import org.dmsc.tenant.keys.Envelopes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One task being put together from its records, wherever they are kept: what comes out is the same. Not thread-safe. */
public final class Replay {

    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    private final EventOpener opener;
    private final TenantId tenant;
    private final String taskId;
    private final List<SealedEnvelope> counting = new ArrayList<>();
    private @Nullable SealedEnvelope submission;
    private @Nullable TaskSubmission facts;
    private TaskProgress progress = TaskProgress.NEW;
    private Optional<Assignment> assignment = Optional.empty();
    private Optional<Failure> failure = Optional.empty();
    private long updatedAt;

    Replay(EventOpener opener, TenantId tenant, String taskId) {
        this.opener = opener;
        this.tenant = tenant;
        this.taskId = taskId;
    }

    /**
     * A task whose records were kept elsewhere.
     *
     * @param submission its first record
     * @param events those of its events that change anything, in order; others may be among them
     * @return empty when its submission cannot be opened
     */
    public static Optional<StoredTask> of(
            EventOpener opener,
            TenantId tenant,
            String taskId,
            SealedEnvelope submission,
            List<SealedEnvelope> events) {
        Replay replay = new Replay(opener, tenant, taskId);
        replay.add("submission", () -> replay.submission(submission));
        events.forEach(event -> replay.add("event", () -> replay.event(event, -1)));
        return replay.result();
    }

    /** A record of the task; tasks and events may come interleaved, each in its own order. */
    void add(ConsumerRecord<String, byte[]> read, boolean isSubmission) {
        add(read.topic() + "-" + read.partition() + "@" + read.offset(), () -> {
            SealedEnvelope envelope = opener.envelope(read.topic(), read.value());
            if (isSubmission) {
                submission(envelope);
            } else if (envelope.getKind().equals(TaskEvent.getClassSchema().getName())) {
                event(envelope, read.offset());
            }
        });
    }

    private void add(String origin, Runnable adding) {
        try {
            adding.run();
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("taskId", taskId)
                    .addKeyValue("record", origin)
                    .addKeyValue("refusal", e.refusal())
                    .log(e.sentence());
        }
    }

    /** The first counts: later ones are duplicates or follow-ups. */
    private void submission(SealedEnvelope envelope) {
        if (submission != null
                || !envelope.getKind().equals(TaskSubmission.getClassSchema().getName())) {
            return;
        }
        Envelopes.requirePlace(envelope, tenant, Channel.TASKS.label());
        TaskSubmission opened = opener.envelopes().routing(envelope, TaskSubmission.class);
        if (!opened.getFollowUp()) {
            submission = envelope;
            facts = opened;
        }
    }

    private void event(SealedEnvelope envelope, long offset) {
        TaskEvent event = opener.open(envelope, tenant, offset).event();
        TaskFold.Step step = TaskFold.apply(progress, event);
        if (step.setsStatus(progress, event)) {
            updatedAt = event.getTime();
        }
        progress = step.progress();
        if (step.effect() == Effect.NONE) {
            return;
        }
        if (event.getKind() == TaskEventKind.ASSIGNED) {
            assign(event);
        }
        if (event.getKind() == TaskEventKind.ENDED && event.getRefusal() != null) {
            failure = Optional.of(new Failure(StreamResponses.refusal(event), StreamResponses.reason(event)));
        }
        if (step.effect() == Effect.VISIBLE || step.effect() == Effect.ENDED) {
            counting.add(envelope);
        }
    }

    private void assign(TaskEvent event) {
        if (event.getAssigneeTenant() != null && event.getAssigneeAgent() != null) {
            assignment = Optional.of(new Assignment(
                    AgentRef.of(event.getAssigneeTenant(), event.getAssigneeAgent()),
                    event.getSkill() == null ? "" : event.getSkill(),
                    event.getAttempt(),
                    event.getReasons()));
        }
    }

    Optional<StoredTask> result() {
        if (submission == null || facts == null) {
            return Optional.empty();
        }
        return Optional.of(new StoredTask(
                tenant,
                taskId,
                facts.getContextId(),
                facts.getCallerAgent(),
                progress,
                assignment,
                failure,
                facts.getDeadline(),
                updatedAt == 0 ? facts.getCreatedAt() : updatedAt,
                submission,
                counting));
    }
}
