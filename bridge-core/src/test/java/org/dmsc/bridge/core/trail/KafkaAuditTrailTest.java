package org.dmsc.bridge.core.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class KafkaAuditTrailTest {

    private static final int FLOOD = 1000;

    private final MockProducer<String, AuditEvent> kafka = new MockProducer<>(
            true,
            null,
            new StringSerializer(),
            (topic, event) -> event.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    private final AtomicInteger ids = new AtomicInteger();
    private final KafkaAuditTrail trail = new KafkaAuditTrail(
            () -> kafka,
            () -> Integer.toString(ids.incrementAndGet()),
            "spiffe://node",
            Clock.fixed(Instant.ofEpochMilli(1_000_000), ZoneOffset.UTC));

    @Test
    @DisplayName(
            "case 96: while Kafka takes no audit event, what needs one is refused, and the process says that it is not well")
    void case_96_whatCannotBeAuditedDoesNotHappen() {
        kafka.sendException = new TopicAuthorizationException(TopicNames.AUDIT_INTAKE);

        assertThatThrownBy(() -> trail.recordFirst(issued()))
                .isInstanceOf(RefusedException.class)
                .extracting(refused -> ((RefusedException) refused).refusal())
                .isEqualTo(Refusal.UNAVAILABLE);
        assertThat(trail.healthy()).isFalse();

        kafka.sendException = null;
        trail.recordFirst(issued());
        assertThat(trail.healthy()).isTrue();
        trail.close();
    }

    @Test
    @DisplayName("case 96: refusals of the time in which Kafka took nothing are on the log afterwards, each counted")
    void case_96_refusalsAreCountedWhileKafkaIsAway() {
        kafka.sendException = new TopicAuthorizationException(TopicNames.AUDIT_INTAKE);
        for (int i = 0; i < FLOOD; i++) {
            trail.refused(note());
        }
        assertThatThrownBy(() -> trail.recordFirst(issued())).isInstanceOf(RefusedException.class);

        kafka.sendException = null;
        trail.refused(note());
        trail.close();

        List<AuditEvent> written =
                kafka.history().stream().map(record -> record.value()).toList();
        assertThat(written.stream()
                        .filter(event -> event.getKind() == AuditKind.REFUSAL)
                        .mapToLong(event -> Long.parseLong(event.getDetails().getOrDefault("count", "1")))
                        .sum())
                .isEqualTo(FLOOD + 1);
    }

    @Test
    void whatARuleOnTrialWouldHaveRefusedIsARecordOfItsOwnKind() {
        trail.refused(note().dryRun());
        trail.close();

        assertThat(kafka.history())
                .singleElement()
                .extracting(record -> record.value().getKind())
                .isEqualTo(AuditKind.POLICY_TRIAL);
    }

    private static AuditEvent issued() {
        return AuditEvent.newBuilder()
                .setEventId("issued")
                .setTenant("acme")
                .setTime(1)
                .setKind(AuditKind.IDENTITY_ISSUED)
                .setActor("anonymous@127.0.0.1")
                .setNode("spiffe://node")
                .build();
    }

    private static RefusalNote note() {
        return new RefusalNote(
                Optional.empty(),
                "anonymous@127.0.0.1",
                Refusal.UNAUTHENTICATED,
                "no credential",
                Optional.empty(),
                Optional.empty(),
                RefusalNote.Weight.REFUSED);
    }
}
