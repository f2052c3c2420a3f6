package org.dmsc.bridge.core.ask;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.avro.specific.SpecificRecord;
import org.dmsc.bridge.core.publish.Outbox;
import org.dmsc.bridge.core.publish.Outgoing;
import org.dmsc.bridge.core.publish.Outgoing.InClear;
import org.dmsc.bridge.core.publish.PayloadWriter;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Seals what callers want of tasks and has it written to their tenant's tasks. */
final class TaskRecords {

    private static final String MESSAGE = "application/a2a+json;type=message";

    private final Outbox outbox;
    private final Envelopes envelopes;
    private final PayloadWriter payloads;
    private final FabricDomain domain;
    private final int lanes;

    TaskRecords(ExchangeParts parts) {
        this.outbox = parts.outbox();
        this.envelopes = parts.envelopes();
        this.payloads = parts.payloads();
        this.domain = parts.domain();
        this.lanes = parts.lanes();
    }

    CompletionStage<Long> submit(AgentRef caller, TaskSubmission submission, byte[] message) {
        String recipient = submission.getTargetAgent() == null
                ? ""
                : SpiffeId.agent(domain, AgentRef.of(submission.getTargetTenant(), submission.getTargetAgent()))
                        .uri();
        SealedEnvelope routing =
                seal(caller, submission, submission.getMessageId(), recipient, submission.getCreatedAt());
        InClear inClear = new InClear(0, submission.getDeadline(), Optional.ofNullable(submission.getTraceparent()));
        return payloads.attach(routing, message, MESSAGE)
                .thenCompose(whole -> publish(caller, submission.getTaskId(), whole, inClear));
    }

    CompletionStage<Long> cancel(AgentRef caller, TaskCancel cancel) {
        SealedEnvelope routing = seal(caller, cancel, cancel.getTaskId() + ".cancel", "", cancel.getTime());
        return publish(caller, cancel.getTaskId(), routing, InClear.NONE);
    }

    private SealedEnvelope seal(
            AgentRef caller, SpecificRecord routing, String messageId, String recipient, long time) {
        Parties parties = new Parties(SpiffeId.agentUri(domain, caller), recipient);
        return envelopes.seal(routing, caller.tenant(), Channel.TASKS.label(), messageId, parties, time);
    }

    private CompletionStage<Long> publish(AgentRef caller, String taskId, SealedEnvelope envelope, InClear inClear) {
        return outbox.publish(
                new Outgoing(caller.tenant(), Channel.TASKS, Lanes.of(taskId, lanes), taskId, envelope, inClear));
    }
}
