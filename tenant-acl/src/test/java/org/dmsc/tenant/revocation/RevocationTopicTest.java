package org.dmsc.tenant.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.revocation.RevocationListTest.AGENT;
import static org.dmsc.tenant.revocation.RevocationListTest.certificate;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.schemas.avro.RevocationRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.admin.FabricTopics;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.kafka.KafkaClients;
import org.dmsc.tenant.testing.MemorySchemas;
import org.dmsc.tenant.testing.TestBroker;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two gateways on a real broker. */
final class RevocationTopicTest {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final KafkaClients CLIENTS = TestBroker.clients();
    private static final AvroCodec CODEC = new AvroCodec(new MemorySchemas());
    private static final SpiffeId OPERATOR = SpiffeId.parse("spiffe://platform.fabric.localhost/operator/root");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

    /** One gateway's part. */
    private record Gateway(String name, RevocationList list, LiveConnections connections, RevocationTopic topic) {}

    @BeforeAll
    static void topics() {
        try (Admin admin = CLIENTS.admin()) {
            FabricTopics.ensureSystem(admin, TestFabric.SHAPE);
        }
    }

    private Gateway gateway(String name) throws Exception {
        Freshness freshness = new Freshness(CLOCK.millis() * 1000, System::nanoTime);
        RevocationList list = new RevocationList(freshness);
        LiveConnections connections = new LiveConnections(list, CLOCK);
        RevocationTopic topic = new RevocationTopic(
                CLIENTS,
                CODEC,
                name,
                new RevocationTopic.Target(list, freshness, connections),
                (news, count) -> {},
                CLOCK);
        open.add(topic);
        topic.start();
        assertThat(topic.awaitCaughtUp(Duration.ofSeconds(30))).isTrue();
        return new Gateway(name, list, connections, topic);
    }

    private GatewayAcks acks() throws Exception {
        GatewayAcks acks = new GatewayAcks(CLIENTS, CODEC, CLOCK, System::nanoTime);
        open.add(acks);
        acks.start();
        assertThat(acks.awaitCaughtUp(Duration.ofSeconds(30))).isTrue();
        return acks;
    }

    private Revoker revoker(GatewayAcks acks) {
        Revoker revoker = new Revoker(
                CLIENTS,
                CODEC,
                acks,
                () -> UUID.randomUUID().toString(),
                event -> {
                    audited.add(event);
                    return CompletableFuture.completedFuture(null);
                },
                CLOCK);
        open.add(revoker);
        return revoker;
    }

    private static void lease(String gateway, boolean left) throws Exception {
        try (Producer<String, GatewayRecord> producer =
                CLIENTS.producer("lease", new AvroSerde<>(CODEC, GatewayRecord.class).serializer())) {
            GatewayRecord record = GatewayRecord.newBuilder()
                    .setGateway(gateway)
                    .setEpoch(1)
                    .setRoles(List.of())
                    .setLanes(List.of())
                    .setTime(CLOCK.millis())
                    .setLeaseMs(60_000)
                    .setLeft(left)
                    .build();
            producer.send(new ProducerRecord<>(TopicNames.GATEWAYS, gateway, record))
                    .get();
        }
    }

    private static Revoker.Order order(RevocationKey key) {
        return new Revoker.Order(key, "stolen", OPERATOR, "acme", OPERATOR);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    @DisplayName(
            "case 11: every gateway cuts, acknowledges with its count, and a gateway that leaves is not waited for")
    void everyLiveGatewayActsAndAcknowledges() throws Exception {
        lease("rev-1", false);
        lease("rev-2", false);
        lease("rev-3", false);
        Gateway one = gateway("rev-1");
        Gateway two = gateway("rev-2");
        AtomicInteger cuts = new AtomicInteger();
        for (Gateway gateway : List.of(one, two)) {
            gateway.connections()
                    .open(why -> {
                        cuts.incrementAndGet();
                        return CompletableFuture.completedFuture(null);
                    })
                    .admit(List.of(certificate(1, CLOCK.instant().minusSeconds(5))));
        }
        GatewayAcks acks = acks();
        assertThat(acks.live()).contains("rev-1", "rev-2", "rev-3");

        CompletableFuture<Revoked> asked = revoker(acks)
                .revoke(order(RevocationKey.identity(AGENT)), Duration.ofSeconds(60))
                .toCompletableFuture();
        lease("rev-3", true);
        Revoked revoked = asked.get();

        assertThat(cuts).hasValue(2);
        assertThat(revoked.missing()).isEmpty();
        assertThat(revoked.acknowledged()).extracting(Acknowledgement::gateway).containsExactly("rev-1", "rev-2");
        assertThat(revoked.acknowledged()).extracting(Acknowledgement::cut).containsExactly(1, 1);
        assertThat(one.list().generation()).isEqualTo(revoked.revocation().generation());
        assertThat(audited).extracting(AuditEvent::getKind).containsExactly(AuditKind.INTENT, AuditKind.REVOKED);
        assertThat(audited).last().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(AuditKind.REVOKED);
            assertThat(event.getTenant()).isEqualTo("acme");
            assertThat(event.getActor()).isEqualTo(OPERATOR.uri());
            assertThat(event.getReasons()).containsExactly("stolen");
        });
        lease("rev-1", true);
        lease("rev-2", true);
    }

    @Test
    void namesTheGatewaysThatDidNotAcknowledge() throws Exception {
        lease("rev-deaf", false);
        try {
            Revoked revoked = revoker(acks())
                    .revoke(order(RevocationKey.serial("12".repeat(32), BigInteger.ONE)), Duration.ofMillis(300))
                    .toCompletableFuture()
                    .get();

            assertThat(revoked.missing()).contains("rev-deaf");
        } finally {
            lease("rev-deaf", true);
        }
    }

    @Test
    @DisplayName("case 15: a gateway that starts in a storm of revocations is ready only when it knows them all")
    void isReadyOnlyWhenItKnowsAll() throws Exception {
        int many = Integer.getInteger("dmsc.revocations", 5_000);
        String issuer = "ef".repeat(32);
        try (Producer<String, RevocationRecord> producer =
                CLIENTS.producer("storm", new AvroSerde<>(CODEC, RevocationRecord.class).serializer())) {
            for (int i = 1; i <= many; i++) {
                RevocationKey key = RevocationKey.serial(issuer, BigInteger.valueOf(i));
                Future<?> unused = producer.send(new ProducerRecord<>(
                        TopicNames.REVOCATIONS,
                        key.text(),
                        RevocationRecord.newBuilder()
                                .setKind(RevocationKind.SERIAL)
                                .setId(key.id())
                                .setIssuedBefore(Long.MAX_VALUE)
                                .setActor("storm")
                                .setTime(CLOCK.millis())
                                .build()));
            }
            producer.flush();

            Gateway late = gateway("rev-late");

            assertThat(late.list().serialsOf(issuer)).hasSize(many);
            assertThat(late.list().age()).isLessThanOrEqualTo(RevocationList.STALE);
            assertThat(late.topic().healthy()).isTrue();
        }
    }
}
