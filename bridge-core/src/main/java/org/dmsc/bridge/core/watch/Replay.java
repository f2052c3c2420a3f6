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

/** One task being put together from its records. Not thread-safe. */
final class Replay {

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

    /** A record of the task; tasks and events may come interleaved, each in its own order. */
    void add(ConsumerRecord<String, byte[]> read, boolean isSubmission) {
        try {
            SealedEnvelope envelope = opener.envelope(read.topic(), read.value());
            if (isSubmission) {
                submission(envelope);
            } else if (envelope.getKind().equals(TaskEvent.getClassSchema().getName())) {
                event(envelope, read.offset());
            }
        } catch (RefusedException e) {
            LOG.atWarn()
                    .addKeyValue("topic", read.topic())
                    .addKeyValue("partition", read.partition())
                    .addKeyValue("offset", read.offset())
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
