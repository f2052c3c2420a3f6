package org.dmsc.registry.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serializer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AgentState;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.CardSource;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.identity.SpiffeId;

/** What the registry writes into the audit log: who came, who left, who went down. No word of a card. */
final class RegistryAudit {

    private final Serializer<AuditEvent> events;
    private final RegistryParts.Writer writer;

    RegistryAudit(AvroCodec codec, RegistryParts.Writer writer) {
        this.events = new AvroSerde<>(codec, AuditEvent.class).serializer();
        this.writer = writer;
    }

    byte[] serialized(AuditEvent event) {
        return events.serialize(TopicNames.AUDIT_INTAKE, event);
    }

    /** Of a change from one state to the next; empty when nobody needs to know. */
    Optional<AuditEvent> change(AgentRef agent, Optional<AgentState> before, Optional<AgentState> after, long now) {
        if (after.isEmpty()) {
            return before.map(gone -> event(agent, AuditKind.AGENT_UNREGISTERED, gone.getSnapshot(), now));
        }
        AgentSnapshot is = after.get().getSnapshot();
        boolean isNew = before.isEmpty()
                || !before.get().getSnapshot().getRegistration().equals(is.getRegistration());
        if (isNew) {
            AuditKind kind =
                    isChangedCard(before, is.getRegistration()) ? AuditKind.CARD_CHANGED : AuditKind.AGENT_REGISTERED;
            return Optional.of(event(agent, kind, is, now));
        }
        boolean wentDown =
                is.getHealth() == AgentHealth.DOWN && before.get().getSnapshot().getHealth() != AgentHealth.DOWN;
        return wentDown ? Optional.of(event(agent, AuditKind.AGENT_DOWN, is, now)) : Optional.empty();
    }

    /** Of an agent whose card is fetched: it was not registered anew, its card is another. */
    private static boolean isChangedCard(Optional<AgentState> before, AgentRegistration now) {
        return !now.getFormerCards().isEmpty()
                && before.map(state -> state.getSnapshot().getRegistration().getSource())
                        .filter(now.getFormerCards().get(0).getSource()::equals)
                        .isPresent();
    }

    /** Whose card it is and which, without a word of it. */
    private static Map<String, String> evidence(AgentRegistration registration) {
        CardSource source = registration.getSource();
        if (source == null) {
            return Map.of();
        }
        Map<String, String> evidence = new TreeMap<>();
        evidence.put("sha256", source.getSha256());
        evidence.put("signer", source.getSigner());
        evidence.put("url", source.getUrl());
        if (!source.getReleasedBy().isEmpty()) {
            evidence.put("releasedBy", source.getReleasedBy());
        }
        registration.getFormerCards().stream()
                .findFirst()
                .ifPresent(former -> evidence.put("former", former.getSource().getSha256()));
        return evidence;
    }

    /** A report that cannot be true. */
    AuditEvent refused(AgentRef agent, AgentReportKind kind, String problem, long now) {
        return AuditEvent.newBuilder()
                .setEventId("refused-report." + agent + "." + now)
                .setTenant(agent.tenant().value())
                .setTime(now)
                .setKind(AuditKind.REFUSAL)
                .setActor(SpiffeId.agentUri(writer.domain(), agent))
                .setNode(writer.node())
                .setObject(SpiffeId.agentUri(writer.domain(), agent))
                .setRefusal(Refusal.INVALID_REQUEST.name())
                .setReasons(List.of(kind + " report: " + problem))
                .build();
    }

    /** Whether the event says that an agent went down. */
    static boolean isDown(AuditEvent event) {
        return event.getKind() == AuditKind.AGENT_DOWN;
    }

    private AuditEvent event(AgentRef agent, AuditKind kind, AgentSnapshot snapshot, long now) {
        return AuditEvent.newBuilder()
                .setEventId(kind + "." + agent + "." + snapshot.getRegisteredAt() + "." + snapshot.getRevision())
                .setTenant(agent.tenant().value())
                .setTime(now)
                .setKind(kind)
                .setActor(writer.spiffeId())
                .setNode(writer.node())
                .setObject(SpiffeId.agentUri(writer.domain(), agent))
                .setState(snapshot.getHealth().name())
                .setReasons(List.of("revision " + snapshot.getRevision()))
                .setDetails(evidence(snapshot.getRegistration()))
                .build();
    }
}
