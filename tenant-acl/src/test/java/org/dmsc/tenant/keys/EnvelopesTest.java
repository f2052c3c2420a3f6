package org.dmsc.tenant.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Set;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TaskCancel;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.testing.HandClock;
import org.dmsc.tenant.testing.MemorySchemas;
import org.junit.jupiter.api.Test;

final class EnvelopesTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final Parties FROM_A = Parties.from("spiffe://acme.fabric.localhost/agent/a");
    private static final byte[] JSON = "{\"parts\":[]}".getBytes(StandardCharsets.UTF_8);

    private final MemoryVault vault = new MemoryVault().withTenant("acme").withTenant("globex");
    private final AvroCodec codec = new AvroCodec(new MemorySchemas());
    private final Envelopes envelopes = envelopes(vault);

    @Test
    void aRecordAndItsPayloadComeBackThroughKafkasBytes() {
        TaskEvent event = event("t1");
        SealedEnvelope envelope = envelopes.seal(event, ACME, "events", "m1", FROM_A, 5);
        SealedPart payload = envelopes.payload(JSON, "application/json", ACME, "events", "m1", FROM_A, 5);

        AvroSerde<SealedEnvelope> serde = new AvroSerde<>(codec, SealedEnvelope.class);
        byte[] bytes = serde.serializer().serialize("dmsc.acme.events", envelopes.withPayload(envelope, payload));
        SealedEnvelope read = serde.deserializer().deserialize("dmsc.acme.events", bytes);

        assertThat(read.getKind()).isEqualTo("TaskEvent");
        assertThat(envelopes.routing(read, TaskEvent.class)).isEqualTo(event);
        assertThat(envelopes.openPayload(read)).isEqualTo(JSON);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("parts");
    }

    @Test
    void aRouterHandsOnAPayloadThatItCannotOpen() {
        Envelopes router = envelopes(vault.sharedWith(Set.of(KeyClass.ROUTING)));
        SealedEnvelope task = sealed("tasks", "m1");
        SealedEnvelope delivery =
                router.withPayload(router.seal(event("t1"), ACME, "inbox", "t1.1", FROM_A, 6), task.getPayload());

        assertThat(envelopes.openPayload(delivery)).isEqualTo(JSON);
        assertRefused(Refusal.UNREADABLE, () -> router.openPayload(task));
    }

    @Test
    void partsOfDifferentMessagesOrTenantsAreRefused() {
        SealedEnvelope one = sealed("tasks", "m1");
        SealedEnvelope two = sealed("tasks", "m2");
        SealedPart ofGlobex = envelopes.payload(JSON, "application/json", GLOBEX, "tasks", "m1", FROM_A, 5);

        assertRefused(Refusal.UNREADABLE, () -> envelopes.withPayload(one, two.getPayload()));
        assertRefused(Refusal.UNREADABLE, () -> envelopes.withPayload(one, ofGlobex));
        SealedEnvelope mixed = new SealedEnvelope(one.getKind(), one.getRouting(), two.getPayload());
        assertRefused(Refusal.UNREADABLE, () -> envelopes.openPayload(mixed));
    }

    @Test
    void aDeliveryWithThePayloadOfAnotherMessageOrSenderIsRefused() {
        SealedEnvelope delivery = envelopes.seal(event("t1"), ACME, "inbox", "t1.1", FROM_A, 6);
        SealedEnvelope own =
                envelopes.withPayload(delivery, sealed("tasks", "m1").getPayload());
        SealedEnvelope other =
                envelopes.withPayload(delivery, sealed("tasks", "m2").getPayload());
        Parties fromB = Parties.from("spiffe://acme.fabric.localhost/agent/b");
        SealedEnvelope foreign = envelopes.withPayload(
                delivery, envelopes.payload(JSON, "application/json", ACME, "tasks", "m1", fromB, 5));

        assertThat(envelopes.openPayload(own, "m1")).isEqualTo(JSON);
        assertRefused(Refusal.UNREADABLE, () -> envelopes.openPayload(other, "m1"));
        assertRefused(Refusal.UNREADABLE, () -> envelopes.openPayload(foreign, "m1"));
        assertRefused(Refusal.UNREADABLE, () -> envelopes.openPayload(delivery, "m1"));
    }

    @Test
    void routingAndPayloadCannotChangePlaces() {
        SealedEnvelope one = sealed("tasks", "m1");
        SealedEnvelope swapped = new SealedEnvelope(one.getKind(), one.getPayload(), one.getRouting());

        assertRefused(Refusal.UNREADABLE, () -> envelopes.routing(swapped, TaskEvent.class));
    }

    @Test
    void anotherKindIsRefused() {
        SealedEnvelope one = sealed("tasks", "m1");
        SealedEnvelope renamed = new SealedEnvelope("TaskCancel", one.getRouting(), one.getPayload());

        assertRefused(Refusal.UNREADABLE, () -> envelopes.routing(one, TaskCancel.class));
        assertRefused(Refusal.UNREADABLE, () -> envelopes.routing(renamed, TaskCancel.class));
        assertRefused(Refusal.UNREADABLE, () -> envelopes.routing(renamed, TaskEvent.class));
    }

    @Test
    void aRecordThatWasCopiedToAnotherPlaceIsRefused() {
        SealedEnvelope one = sealed("tasks", "m1");

        Envelopes.requirePlace(one, ACME, "tasks");

        assertRefused(Refusal.UNREADABLE, () -> Envelopes.requirePlace(one, GLOBEX, "tasks"));
        assertRefused(Refusal.UNREADABLE, () -> Envelopes.requirePlace(one, ACME, "events"));
    }

    @Test
    void anEnvelopeWithoutPayloadHasNoneToOpen() {
        SealedEnvelope one = envelopes.seal(event("t1"), ACME, "tasks", "m1", FROM_A, 5);

        assertRefused(Refusal.UNREADABLE, () -> envelopes.openPayload(one));
    }

    private SealedEnvelope sealed(String channel, String messageId) {
        SealedEnvelope routing = envelopes.seal(event("t1"), ACME, channel, messageId, FROM_A, 5);
        return envelopes.withPayload(routing, envelopes.payload(JSON, "application/json", routing));
    }

    private Envelopes envelopes(KeyVault with) {
        return new Envelopes(new AesGcmEnvelopeCipher(with, new SecureRandom(), new HandClock()), codec);
    }

    private static TaskEvent event(String taskId) {
        return TaskEvent.newBuilder()
                .setEventId("e1")
                .setTaskId(taskId)
                .setContextId("c1")
                .setKind(TaskEventKind.ACCEPTED)
                .setBy("spiffe://platform.fabric.localhost/router/r1")
                .setTime(5)
                .build();
    }
}
