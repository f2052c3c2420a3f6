package org.dmsc.router.topology;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.dmsc.router.task.Names;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.DeadLetter;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.Lesson;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Seals what a rule wants written and says where it goes. Writes nothing itself. */
final class Recorder {

    /** Logical channel of lessons. */
    private static final String LESSONS = "lessons";

    private final Envelopes envelopes;
    private final Names names;
    private final Agents agents;
    private final int lanes;
    private final Serializer<SealedEnvelope> sealed;
    private final Serializer<AuditEvent> audit;

    Recorder(Envelopes envelopes, AvroCodec codec, Names names, Agents agents, int lanes) {
        this.envelopes = envelopes;
        this.names = names;
        this.agents = agents;
        this.lanes = lanes;
        this.sealed = new AvroSerde<>(codec, SealedEnvelope.class).serializer();
        this.audit = new AvroSerde<>(codec, AuditEvent.class).serializer();
    }

    /**
     * On the caller tenant's events, in the partition of the task. Addressed to nobody: who is the caller follows from the task, and a
     * bridge passes over events that are addressed to another agent than its caller.
     */
    Outbound event(TenantId tenant, TaskEvent event, int lane) {
        SealedEnvelope envelope = envelopes.seal(
                event,
                tenant,
                Channel.EVENTS.label(),
                event.getEventId(),
                new Parties(names.router(), ""),
                event.getTime());
        String topic = Channel.EVENTS.of(tenant);
        Map<String, String> extra = Map.of("dmsc-attempt", Integer.toString(event.getAttempt()));
        return new Outbound(
                topic,
                OptionalInt.of(lane),
                event.getTaskId(),
                sealed.serialize(topic, envelope),
                headers(tenant, event, extra));
    }

    /** On the assignee's inbox, in the lane where the agent is. */
    Outbound delivery(Delivery delivery, SealedPart payload) {
        return delivery(delivery, envelopes.withPayload(seal(delivery), payload));
    }

    /** The same without a payload. */
    Outbound delivery(Delivery delivery) {
        return delivery(delivery, seal(delivery));
    }

    private SealedEnvelope seal(Delivery delivery) {
        return envelopes.seal(
                delivery,
                new TenantId(delivery.getCallerTenant()),
                Channel.INBOX.label(),
                delivery.getDeliveryId(),
                new Parties(
                        names.agent(delivery.getCallerTenant(), delivery.getCallerAgent()),
                        names.agent(delivery.getAssigneeTenant(), delivery.getAssigneeAgent())),
                delivery.getTime());
    }

    private Outbound delivery(Delivery delivery, SealedEnvelope envelope) {
        AgentRef agent = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        String topic = Channel.INBOX.of(agent.tenant());
        Map<String, String> extra = new TreeMap<>();
        extra.put("dmsc-attempt", Integer.toString(delivery.getAttempt()));
        extra.put("dmsc-deadline", Long.toString(delivery.getAttemptDeadline()));
        if (delivery.getTraceparent() != null) {
            extra.put("traceparent", delivery.getTraceparent());
        }
        return new Outbound(
                topic,
                OptionalInt.of(laneOf(agent)),
                agent.agent().value(),
                sealed.serialize(topic, envelope),
                headers(new TenantId(delivery.getCallerTenant()), delivery, extra));
    }

    /** The lane of the gateway that holds the agent's connection; an agent that is called belongs to the lane of its id. */
    private int laneOf(AgentRef agent) {
        int hashed = Lanes.of(agent.agent().value(), lanes);
        return agents.find(agent)
                .map(snapshot -> snapshot.getPresence() == null
                        ? hashed
                        : snapshot.getPresence().getLane())
                .filter(lane -> lane >= 0 && lane < lanes)
                .orElse(hashed);
    }

    Outbound report(TenantId tenant, AgentReport report) {
        SealedEnvelope envelope = envelopes.seal(
                report,
                tenant,
                Channel.AGENTS.label(),
                report.getReportId(),
                new Parties(names.router(), names.agent(report.getTenant(), report.getAgent())),
                report.getTime());
        String topic = Channel.AGENTS.of(tenant);
        return new Outbound(
                topic,
                OptionalInt.empty(),
                report.getAgent(),
                sealed.serialize(topic, envelope),
                headers(tenant, report, Map.of()));
    }

    /** For the learner: sealed, because it holds the text of the request. */
    Outbound lesson(TenantId tenant, Lesson lesson) {
        SealedEnvelope envelope = envelopes.seal(
                lesson, tenant, LESSONS, lesson.getTaskId(), Parties.from(names.router()), lesson.getTime());
        return new Outbound(
                TopicNames.LESSONS,
                OptionalInt.empty(),
                tenant.value(),
                sealed.serialize(TopicNames.LESSONS, envelope),
                headers(tenant, lesson, Map.of()));
    }

    Outbound audit(AuditEvent event) {
        return new Outbound(
                TopicNames.AUDIT_INTAKE,
                OptionalInt.empty(),
                event.getTenant(),
                audit.serialize(TopicNames.AUDIT_INTAKE, event),
                new RecordHeaders());
    }

    Outbound dead(TenantId tenant, DeadLetter letter, SealedEnvelope submission) {
        SealedEnvelope envelope = envelopes.seal(
                letter,
                tenant,
                Channel.DEAD.label(),
                letter.getTaskId(),
                Parties.from(names.router()),
                letter.getTime());
        SealedEnvelope whole =
                submission.getPayload() == null ? envelope : envelopes.withPayload(envelope, submission.getPayload());
        String topic = Channel.DEAD.of(tenant);
        return new Outbound(
                topic,
                OptionalInt.empty(),
                letter.getTaskId(),
                sealed.serialize(topic, whole),
                headers(tenant, letter, Map.of("dmsc-refusal", letter.getRefusal())));
    }

    /** That a record cannot be used, for the audit log: only gateways and routers write there, so somebody else did, or changed it. */
    Outbound unusable(TenantId tenant, String origin, String cause, long now) {
        return audit(AuditEvent.newBuilder()
                .setEventId("set-aside." + origin)
                .setTenant(tenant.value())
                .setTime(now)
                .setKind(AuditKind.REFUSAL)
                .setActor(names.router())
                .setNode(names.node())
                .setObject(origin)
                .setRefusal(Refusal.UNREADABLE.name())
                .setReasons(List.of(cause))
                .build());
    }

    /** A record that cannot be used, as it came; the headers say where it lay and what was wrong. */
    static Outbound poison(TenantId tenant, String key, byte[] raw, Map<String, String> why) {
        Headers headers = new RecordHeaders();
        why.forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
        return new Outbound(Channel.DEAD.of(tenant), OptionalInt.empty(), key, raw, headers);
    }

    private static Headers headers(TenantId tenant, SpecificRecord value, Map<String, String> extra) {
        Headers headers = new RecordHeaders();
        add(headers, "dmsc-tenant", tenant.value());
        add(headers, "dmsc-kind", value.getSchema().getName());
        extra.forEach((name, text) -> add(headers, name, text));
        return headers;
    }

    private static void add(Headers headers, String name, String text) {
        headers.add(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
