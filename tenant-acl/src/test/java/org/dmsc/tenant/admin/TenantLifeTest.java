package org.dmsc.tenant.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.X509CertUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.TopicNames.Channel;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.GatewayRecord;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.keys.AesGcmEnvelopeCipher;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.Pkcs12KeyVault;
import org.dmsc.tenant.keys.SealContext;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.testing.TestFabric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker without an authorizer: topics are emptied there, not deleted. */
@Tag("case-88")
class TenantLifeTest {

    private static final byte[] TEXT = "canary".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path dir;

    private static TestFabric fabric;
    private static TenantAdministration administration;
    private static TenantLife life;
    private static AesGcmEnvelopeCipher other;
    private static IssuedIdentity signer;
    private static final List<String> REVOKED = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void open() throws Exception {
        fabric = new TestFabric(dir);
        administration = new TenantAdministration(fabric.parts, Duration.ofMillis(1));
        signer = fabric.parts.pki().issueNode("gateway", "test", List.of(), List.of(), Duration.ofHours(1));
        life = new TenantLife(
                administration,
                fabric.parts,
                new LifeParts(
                        new NoAgents(),
                        agent -> {},
                        (tenant, by) -> {
                            REVOKED.add(tenant.value());
                            return "heard by test";
                        },
                        () -> signer,
                        Duration.ofSeconds(1)));
        // As if it were another process of the machine: with a vault of its own over the same files.
        other = new AesGcmEnvelopeCipher(
                Pkcs12KeyVault.open(
                        dir.resolve("vault"),
                        "correct horse battery staple".toCharArray(),
                        java.util.Set.of(KeyClass.values())),
                new SecureRandom(),
                Clock.systemUTC());
        KeyPurge purge = new KeyPurge(fabric.clients, fabric.codec, fabric.tenants, "gateway-b", Clock.systemUTC());
        purge.add(other);
        purge.start();
        alive("gateway-b");
    }

    @AfterAll
    static void close() throws Exception {
        // The broker is everybody's: nobody shall wait for a gateway of this class.
        gone("gateway-b");
        fabric.close();
    }

    @Test
    void suspensionAndResumptionAreOneRecordEachAndTouchNobodyElse() {
        TenantId tenant = new TenantId("life-1");
        TenantId bystander = new TenantId("life-1b");
        administration.create(tenant, "Life");
        TenantRecord before = administration.create(bystander, "").tenant();

        TenantRecord suspended = life.suspend(tenant, operator());
        TenantRecord again = life.suspend(tenant, operator());
        TenantRecord resumed = life.resume(tenant, operator());

        assertThat(suspended.getState()).isEqualTo(TenantState.SUSPENDED);
        assertThat(suspended.getGeneration()).isEqualTo(2);
        assertThat(again).isEqualTo(suspended);
        assertThat(resumed.getState()).isEqualTo(TenantState.ACTIVE);
        assertThat(resumed.getGeneration()).isEqualTo(3);
        assertThat(fabric.tenants.find(bystander)).contains(before);
        assertThat(fabric.audited)
                .filteredOn(event -> event.getTenant().equals("life-1") && event.getKind() != AuditKind.INTENT)
                .extracting(event -> event.getDetails().get("change"))
                .containsExactly(null, "suspended", "resumed");
        assertRefused(Refusal.TENANT_UNKNOWN, () -> life.suspend(new TenantId("nobody-knows"), operator()));
    }

    @Test
    void aRotatedKeyIsUsedByEveryProcessAtOnceAndOldRecordsOpen() {
        TenantId tenant = new TenantId("life-2");
        administration.create(tenant, "");
        SealedPart before = seal(tenant);

        String made = life.rotateKey(tenant, KeyClass.PAYLOAD, operator());

        assertThat(made).isEqualTo("life-2/payload/2");
        assertThat(fabric.tenants.find(tenant).orElseThrow().getPayloadKeyId()).isEqualTo(made);
        assertThat(seal(tenant).getKeyId()).isEqualTo(made);
        assertThat(other.open(before)).isEqualTo(TEXT);
    }

    /** Case 88, in small; the disk image is searched by an integration test of the node. */
    @Test
    void offboardingLeavesNothingThatOpensAndSaysWhatItCouldNotDo() throws Exception {
        TenantId tenant = new TenantId("life-3");
        TenantId bystander = new TenantId("life-3b");
        administration.create(tenant, "To be forgotten");
        administration.create(bystander, "");
        SealedPart ofTenant = seal(tenant);
        SealedPart ofBystander = seal(bystander);
        write(tenant, Channel.TASKS);

        assertRefused(Refusal.INVALID_REQUEST, () -> life.offboard(tenant, "life-3b", operator()));
        Offboarded done = life.offboard(tenant, "life-3", operator());

        assertThat(done.tombstone().getState()).isEqualTo(TenantState.OFFBOARDED);
        assertThat(done.tombstone().getDisplayName()).isEmpty();
        assertThat(done.tombstone().getCaCertificates()).isEmpty();
        assertThat(done.destroyed())
                .containsExactly(
                        "life-3/routing/1",
                        "life-3/audit/1",
                        "life-3/payload/1",
                        "life-3/token keys",
                        "life-3/issuing CA");
        assertThat(done.steps())
                .extracting(Offboarded.Step::name)
                .containsExactly(
                        "freeze", "withdraw agents", "revoke", "destroy keys", "tombstone", "forget", "topics");
        assertThat(done.steps().get(5).result()).isEqualTo("acknowledged by gateway-b");
        assertThat(REVOKED).contains("life-3");
        assertThat(done.remains()).anyMatch(text -> text.contains("no authorizer"));

        assertRefused(Refusal.UNREADABLE, () -> other.open(ofTenant));
        AesGcmEnvelopeCipher everyKeyLeft =
                new AesGcmEnvelopeCipher(fabric.vault, new SecureRandom(), Clock.systemUTC());
        assertRefused(Refusal.UNREADABLE, () -> everyKeyLeft.open(ofTenant));
        assertThat(everyKeyLeft.open(ofBystander)).isEqualTo(TEXT);
        assertThat(Files.exists(dir.resolve("pki/tenants/life-3.p12"))).isFalse();
        assertThat(fabric.parts.pki().tenantCa(bystander)).isPresent();
        assertThat(isEmpty(tenant, Channel.TASKS)).isTrue();

        assertRefused(Refusal.TENANT_INACTIVE, () -> life.resume(tenant, operator()));
        assertRefused(Refusal.DUPLICATE, () -> administration.create(tenant, "again"));
        assertThat(life.offboard(tenant, "life-3", operator()).tombstone()).isEqualTo(done.tombstone());
    }

    @Test
    void theDeletionRecordIsSignedUnderTheFabricsRootAndAudited() throws Exception {
        TenantId tenant = new TenantId("life-4");
        administration.create(tenant, "");

        String signed = life.offboard(tenant, "life-4", operator()).deletionRecord();

        JWSObject record = JWSObject.parse(signed);
        List<X509Certificate> chain = record.getHeader().getX509CertChain().stream()
                .map(encoded -> X509CertUtils.parse(encoded.decode()))
                .toList();
        chain.get(0).verify(chain.get(1).getPublicKey());
        chain.get(1).verify(fabric.parts.pki().root().getPublicKey());
        assertThat(record.verify(new ECDSAVerifier((ECPublicKey) chain.get(0).getPublicKey())))
                .isTrue();
        Map<String, Object> statement = record.getPayload().toJSONObject();
        assertThat(statement).containsEntry("tenant", "life-4").containsKeys("destroyed", "remains", "time", "actor");
        assertThat(fabric.audited)
                .filteredOn(event -> event.getTenant().equals("life-4"))
                .last()
                .extracting(AuditEvent::getDetails)
                .isEqualTo(Map.of("change", "offboarded", "deletionRecord", signed));
    }

    @Test
    void aGatewayThatDoesNotAcknowledgeIsNamed() throws Exception {
        TenantId tenant = new TenantId("life-5");
        administration.create(tenant, "");
        alive("gateway-deaf");

        Offboarded done = life.offboard(tenant, "life-5", operator());

        assertThat(done.remains()).anyMatch(text -> text.contains("gateway-deaf"));
        gone("gateway-deaf");
    }

    private static SealedPart seal(TenantId tenant) {
        return other.seal(KeyClass.PAYLOAD, new SealContext(tenant, "tasks", "m", "s", "", "t", 0, 1), TEXT);
    }

    private static SpiffeId operator() {
        return SpiffeId.node(fabric.parts.domain(), "operator", "local");
    }

    private static void alive(String gateway) throws Exception {
        write(gateway, System.currentTimeMillis(), false);
    }

    private static void gone(String gateway) throws Exception {
        write(gateway, System.currentTimeMillis(), true);
    }

    private static void write(String gateway, long now, boolean left) throws Exception {
        GatewayRecord record = GatewayRecord.newBuilder()
                .setGateway(gateway)
                .setEpoch(1)
                .setRoles(List.of())
                .setLanes(List.of())
                .setTime(now)
                .setLeaseMs(600_000)
                .setLeft(left)
                .build();
        try (Producer<String, GatewayRecord> producer =
                fabric.clients.producer("lease", new AvroSerde<>(fabric.codec, GatewayRecord.class).serializer())) {
            producer.send(new ProducerRecord<>(TopicNames.GATEWAYS, gateway, record))
                    .get();
        }
    }

    private static void write(TenantId tenant, Channel channel) throws Exception {
        try (Producer<String, byte[]> producer = fabric.clients.producer("test", new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(channel.of(tenant), "key", TEXT)).get();
        }
    }

    private static boolean isEmpty(TenantId tenant, Channel channel) throws Exception {
        try (Admin admin = fabric.clients.admin()) {
            var partitions = java.util.stream.IntStream.range(0, TestFabric.SHAPE.lanes())
                    .mapToObj(lane -> new org.apache.kafka.common.TopicPartition(channel.of(tenant), lane))
                    .toList();
            var first = admin.listOffsets(partitions.stream()
                            .collect(java.util.stream.Collectors.toMap(
                                    p -> p, p -> org.apache.kafka.clients.admin.OffsetSpec.earliest())))
                    .all()
                    .get();
            var last = admin.listOffsets(partitions.stream()
                            .collect(java.util.stream.Collectors.toMap(
                                    p -> p, p -> org.apache.kafka.clients.admin.OffsetSpec.latest())))
                    .all()
                    .get();
            return partitions.stream()
                    .allMatch(p -> first.get(p).offset() == last.get(p).offset());
        }
    }

    private static final class NoAgents implements Agents {

        @Override
        public Optional<AgentSnapshot> find(AgentRef agent) {
            return Optional.empty();
        }

        @Override
        public List<AgentSnapshot> ofTenant(TenantId tenant) {
            return List.of();
        }

        @Override
        public Collection<AgentSnapshot> all() {
            return List.of();
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener) {
            // Nobody ever comes.
        }
    }
}
