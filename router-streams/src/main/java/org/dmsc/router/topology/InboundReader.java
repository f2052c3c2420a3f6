package org.dmsc.router.topology;

import org.apache.kafka.common.serialization.Deserializer;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.TopicNames.TenantTopic;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Envelopes;

/** Opens what lies on tasks and events topics, and checks that it belongs where it lies. */
final class InboundReader {

    private final Envelopes envelopes;
    private final Deserializer<SealedEnvelope> values;

    InboundReader(Envelopes envelopes, AvroCodec codec) {
        this.envelopes = envelopes;
        this.values = new AvroSerde<>(codec, SealedEnvelope.class).deserializer();
    }

    /** Refused as UNREADABLE when it is not what the topic holds. */
    Inbound read(String topic, TenantTopic place, String key, byte[] raw) {
        SealedEnvelope envelope = values.deserialize(topic, raw);
        Envelopes.requirePlace(envelope, place.tenant(), place.channel().label());
        return place.channel() == Channel.TASKS ? task(place.tenant(), key, envelope, raw) : event(key, envelope, raw);
    }

    private Inbound task(TenantId tenant, String key, SealedEnvelope envelope, byte[] raw) {
        switch (envelope.getKind()) {
            case "TaskSubmission":
                TaskSubmission submission = envelopes.routing(envelope, TaskSubmission.class);
                requireKey(key, submission.getTaskId());
                requireTenant(tenant, submission.getCallerTenant());
                return new Inbound.Submitted(submission, envelope, raw);
            case "TaskCancel":
                TaskCancel cancel = envelopes.routing(envelope, TaskCancel.class);
                requireKey(key, cancel.getTaskId());
                requireTenant(tenant, cancel.getCallerTenant());
                return new Inbound.Cancelled(cancel);
            case "Canary":
            case "TaskEvent":
                return canary(envelope);
            default:
                throw unreadable("kind '" + Printable.of(envelope.getKind())
                        + "' on a tasks topic (expected TaskSubmission, TaskCancel or Canary)");
        }
    }

    private Inbound canary(SealedEnvelope envelope) {
        SealedEnvelope plain = new SealedEnvelope(
                envelope.getRouting().getContentType(), envelope.getRouting(), envelope.getPayload());
        TaskEvent event = envelopes.routing(plain, TaskEvent.class);
        if (event.getKind() != TaskEventKind.CANARY) {
            throw unreadable("event " + event.getKind()
                    + " on a tasks topic (expected CANARY: events belong on the events topic)");
        }
        return new Inbound.Canary(event);
    }

    private Inbound event(String key, SealedEnvelope envelope, byte[] raw) {
        TaskEvent event = envelopes.routing(envelope, TaskEvent.class);
        requireKey(key, event.getTaskId());
        return new Inbound.Happened(event, raw);
    }

    private static void requireKey(String key, String taskId) {
        if (!taskId.equals(key)) {
            throw unreadable("key '" + Printable.of(key) + "' of a record about task '" + Printable.of(taskId)
                    + "' (expected the task id: a task's records share a partition)");
        }
    }

    private static void requireTenant(TenantId tenant, String caller) {
        if (!tenant.value().equals(caller)) {
            throw unreadable("caller of tenant '" + Printable.of(caller) + "' on a topic of '" + tenant
                    + "' (expected the same)");
        }
    }

    private static RefusedException unreadable(String sentence) {
        return new RefusedException(Refusal.UNREADABLE, sentence);
    }
}
