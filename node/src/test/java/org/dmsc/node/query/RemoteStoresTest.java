package org.dmsc.node.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.router.task.TaskSearch.Place;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Lanes;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.schemas.registry.SchemaRegistry;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.peers.NodeTrust;
import org.dmsc.tenant.peers.PeerClient;
import org.dmsc.tenant.peers.PeerListener;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.revocation.RevocationList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateways ask routers over real TLS; what the routers hold is made up. */
final class RemoteStoresTest {

    private static final FabricDomain DOMAIN = FabricDomain.DEFAULT;
    private static final TenantId ACME = new TenantId("acme");
    private static final int LANES = 4;
    private static final String TASK = "a-task";
    private static final int LANE = Lanes.of(TASK, LANES);

    @TempDir
    Path folder;

    private final AvroCodec codec = new AvroCodec(new MemoryRegistry());
    private final SecureRandom random = new SecureRandom();
    private final QueryCounters counters = new QueryCounters();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<PeerListener> listening = new ArrayList<>();
    private FabricPki pki;

    /** Schema ids by order of first appearance. */
    private static final class MemoryRegistry implements SchemaRegistry {
        private final List<Schema> schemas = new CopyOnWriteArrayList<>();

        @Override
        public synchronized int register(String subject, Schema schema) {
            if (!schemas.contains(schema)) {
                schemas.add(schema);
            }
            return schemas.indexOf(schema) + 1;
        }

        @Override
        public Schema byId(int id) {
            return schemas.get(id - 1);
        }

        @Override
        public void close() {}
    }

    /** What a router holds; it writes down what it was asked. */
    private static final class Held implements HeldTasks {
        private final List<TaskQuestion> asked = new CopyOnWriteArrayList<>();
        private Look look = Look.Elsewhere.UNKNOWN;
        private KeptPage page = KeptPage.NONE;

        @Override
        public Look look(TaskQuestion question) {
            asked.add(question);
            return look;
        }

        @Override
        public KeptPage search(TaskSearch search) {
            return page;
        }
    }

    @BeforeEach
    void start() {
        pki = FabricPki.openOrCreate(folder.resolve("pki"), DOMAIN, Clock.systemUTC(), random);
        pki.createTenantCa(ACME);
    }

    @AfterEach
    void stop() {
        listening.forEach(PeerListener::close);
    }

    @Test
    void aGatewayGetsATaskSealedAsItIsKept() {
        Held router = new Held();
        KeptTask kept = task(TASK, 7);
        router.look = new Look.Kept(Optional.of(kept));
        Map<TopicPartition, Long> ends = Map.of(
                new TopicPartition("dmsc.acme.tasks", LANE), 3L, new TopicPartition("dmsc.acme.events", LANE), 9L);

        Look found = look(asking(gateway(), listen(router, Set.of())), ends);

        assertThat(found).isEqualTo(new Look.Kept(Optional.of(kept)));
        assertThat(router.asked).containsExactly(new TaskQuestion(ACME, TASK, ends));
        assertThat(counters.all()).containsEntry("remote", 1L).containsEntry("failures", 0L);
        assertThat(refusals).isEmpty();
    }

    @Test
    void tellsThatThereIsNoneFromThatItHasNotReadSoFar() {
        Held router = new Held();
        RemoteStores stores = asking(gateway(), listen(router, Set.of()));

        router.look = new Look.Kept(Optional.empty());
        assertThat(look(stores, Map.of())).isEqualTo(new Look.Kept(Optional.empty()));

        router.look = new Look.Behind(5);
        assertThat(look(stores, Map.of())).isEqualTo(new Look.Behind(5));
    }

    @Test
    void nobodyButAGatewayIsAnswered() {
        Held router = new Held();
        router.look = new Look.Kept(Optional.of(task(TASK, 7)));
        RouterAddress at = listen(router, Set.of());
        IssuedIdentity agent = pki.issueAgent(AgentRef.of("acme", "eve"), Duration.ofHours(1));
        List<IssuedIdentity> others = new ArrayList<>(List.of(agent));
        List.of("router", "registry", "broker", "audit", "keys", "admin").forEach(kind -> others.add(node(kind)));

        others.forEach(peer -> assertThat(look(asking(peer, at), Map.of())).isEqualTo(Look.Elsewhere.UNKNOWN));

        assertThat(router.asked).isEmpty();
        assertThat(refusals)
                .hasSize(others.size())
                .contains("spiffe://acme.fabric.localhost/agent/eve NOT_PERMITTED POST /v1/tasks");
    }

    @Test
    void strangersAndImpostorsAreStoppedByTls() {
        Held router = new Held();
        router.look = new Look.Kept(Optional.empty());
        FabricPki other = FabricPki.openOrCreate(folder.resolve("other"), DOMAIN, Clock.systemUTC(), random);
        IssuedIdentity stranger = other.issueNode("gateway", "n", List.of(), List.of(), Duration.ofHours(1));

        assertThat(look(asking(stranger, listen(router, Set.of())), Map.of())).isEqualTo(Look.Elsewhere.UNKNOWN);
        assertThat(look(asking(gateway(), listen(router, Set.of(), node("gateway"))), Map.of()))
                .isEqualTo(Look.Elsewhere.UNKNOWN);

        assertThat(router.asked).isEmpty();
        assertThat(counters.all()).containsEntry("failures", 2L).containsEntry("remote", 0L);
    }

    @Test
    void goesToTheRouterThatHasTheLaneAndRemembersIt() {
        Held second = new Held();
        second.look = new Look.Kept(Optional.of(task(TASK, 7)));
        Held first = new Held();
        first.look = new Look.Elsewhere(Optional.of(listen(second, Set.of())));
        RemoteStores stores = asking(gateway(), listen(first, Set.of()));

        assertThat(look(stores, Map.of())).isEqualTo(second.look);
        assertThat(look(stores, Map.of())).isEqualTo(second.look);
        assertThat(first.asked).hasSize(1);
        assertThat(second.asked).hasSize(2);
    }

    @Test
    void asksTheNextOneWhenOneIsGoneAndLeavesThatAlone() {
        Held alive = new Held();
        alive.look = new Look.Kept(Optional.empty());
        RouterAddress gone = listen(new Held(), Set.of());
        listening.get(0).close();
        RemoteStores stores = asking(gateway(), gone, listen(alive, Set.of()));

        assertThat(look(stores, Map.of())).isEqualTo(alive.look);
        assertThat(look(stores, Map.of())).isEqualTo(alive.look);

        assertThat(counters.all()).containsEntry("failures", 1L).containsEntry("remote", 2L);
    }

    @Test
    void aListIsThoseOfAllRoutersInOrder() {
        Held second = new Held();
        second.page = page(Set.of(2, 3), 11, task("b", 40), task("d", 20));
        Held first = new Held();
        first.page = page(Set.of(0, 1), 5, task("a", 50), task("c", 30));
        // The second one is in no configuration.
        RouterAddress named = listen(first, Set.of(listen(second, Set.of())));

        KeptPage found = join(asking(gateway(), named).search(search(3)));

        assertThat(found.covers(LANES)).isTrue();
        assertThat(found.tasks()).extracting(KeptTask::taskId).containsExactly("a", "b", "c");
        assertThat(found.last()).contains(new Place(30, "c"));
        assertThat(found.total()).isEqualTo(16);
    }

    @Test
    void aListWithALaneTwiceOrMissingIsNotWhole() {
        Held second = new Held();
        second.page = page(Set.of(1, 2, 3), 1, task("b", 40));
        Held first = new Held();
        first.page = page(Set.of(0, 1), 1, task("a", 50));
        RemoteStores stores = asking(gateway(), listen(first, Set.of()), listen(second, Set.of()));

        assertThat(join(stores.search(search(3))).covers(LANES)).isFalse();

        second.page = page(Set.of(2), 1, task("b", 40));
        assertThat(join(stores.search(search(3))).covers(LANES)).isFalse();
    }

    private static TaskSearch search(int most) {
        return new TaskSearch(
                ACME, "alice", Optional.empty(), Optional.empty(), OptionalLong.empty(), Optional.empty(), most, 1000);
    }

    private static KeptPage page(Set<Integer> lanes, int total, KeptTask... tasks) {
        return new KeptPage(lanes, List.of(tasks), Optional.empty(), total);
    }

    private static KeptTask task(String id, long at) {
        return new KeptTask(new Place(at, id), envelope(id + " asked"), List.of(envelope(id + " answered")));
    }

    private static SealedEnvelope envelope(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        SealedPart part = SealedPart.newBuilder()
                .setVersion(1)
                .setTenant("acme")
                .setKeyId("acme/routing/1")
                .setChannel("events")
                .setMessageId("m")
                .setSender("s")
                .setRecipient("r")
                .setContentType("t")
                .setSchemaId(1)
                .setTime(1)
                .setWrappedKey(bytes)
                .setNonce(bytes)
                .setCiphertext(bytes)
                .build();
        return SealedEnvelope.newBuilder().setKind("TaskEvent").setRouting(part).build();
    }

    private static Look look(RemoteStores stores, Map<TopicPartition, Long> ends) {
        return join(stores.look(new TaskQuestion(ACME, TASK, ends)));
    }

    private static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private RouterAddress listen(HeldTasks held, Set<RouterAddress> others) {
        return listen(held, others, node("router"));
    }

    private RouterAddress listen(HeldTasks held, Set<RouterAddress> others, IssuedIdentity as) {
        PeerListener made =
                new PeerListener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), QueryDesk.questions(2));
        listening.add(made);
        QueryDesk desk = new QueryDesk(DOMAIN, held, () -> others, LANES, codec);
        PeerValidator peers = new PeerValidator(
                pki::root,
                () -> List.of(pki.platformCa(), pki.tenantCa(ACME).orElseThrow()),
                DOMAIN,
                Clock.systemUTC(),
                RevocationList.empty());
        made.start(new PeerListener.Answering(
                desk::answer,
                () -> as,
                peers,
                (actor, refused, object) -> refusals.add(actor + " " + refused.refusal() + " " + object)));
        return new RouterAddress("localhost", made.port());
    }

    private IssuedIdentity gateway() {
        return node("gateway");
    }

    private IssuedIdentity node(String kind) {
        return pki.issueNode(kind, "n", List.of("localhost"), List.of(), Duration.ofHours(1));
    }

    private RemoteStores asking(IssuedIdentity as, RouterAddress... named) {
        PeerClient client =
                new PeerClient(() -> as, new NodeTrust(pki.root(), DOMAIN, "router"), Duration.ofSeconds(10));
        // Time stands still: who did not answer is not asked again.
        Clock clock = Clock.fixed(Instant.EPOCH.plusSeconds(1), ZoneOffset.UTC);
        return new RemoteStores(List.of(named), client, counters, LANES, codec, clock);
    }
}
