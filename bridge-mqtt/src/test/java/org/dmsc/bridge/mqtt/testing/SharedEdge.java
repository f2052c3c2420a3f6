package org.dmsc.bridge.mqtt.testing;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.dmsc.bridge.core.DeliveryOrder;
import org.dmsc.bridge.core.cards.CardCheck;
import org.dmsc.bridge.core.cards.CardGate;
import org.dmsc.bridge.mqtt.MqttEdge;
import org.dmsc.bridge.mqtt.MqttEdgeParts;
import org.dmsc.bridge.mqtt.broker.BrokerSettings;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.DeliveryKind;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.dpop.ProofOfPossession;
import org.dmsc.tenant.dpop.PublicNames;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.FabricPki;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.pki.PeerValidator;
import org.dmsc.tenant.pki.Pem;
import org.dmsc.tenant.policy.CallerAuthenticator;
import org.dmsc.tenant.quota.QuotaDefaults;
import org.dmsc.tenant.quota.QuotaGate;
import org.dmsc.tenant.quota.QuotaListener;
import org.dmsc.tenant.quota.UsageBoard;
import org.dmsc.tenant.revocation.LiveConnections;
import org.dmsc.tenant.revocation.RevocationList;
import org.dmsc.tenant.rules.Quotas;
import org.dmsc.tenant.rules.TenantPolicy;
import org.dmsc.tenant.token.TokenBinding;
import org.dmsc.tenant.token.TokenIssuer;
import org.dmsc.tenant.token.TokenKeys;
import org.dmsc.tenant.token.TokenVerifier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A real edge with a real broker, real certificates and tokens; only what lies behind it is faked. Started once for all test classes. */
public final class SharedEdge implements ParameterResolver {

    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(SharedEdge.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Edge.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot().getStore(SPACE).computeIfAbsent("edge", key -> new Edge(), Edge.class);
    }

    /** The edge and what it talks to. */
    public static final class Edge implements AutoCloseable {

        public static final FabricDomain DOMAIN = FabricDomain.DEFAULT;

        public final FakeExchange exchange = new FakeExchange();
        public final FakePush push = new FakePush();
        public final FakeOwed owed = new FakeOwed();
        public final FakeReports reports = new FakeReports();
        public final FakeAudit audit = new FakeAudit();
        public final FakeQuarantine quarantine = new FakeQuarantine();
        public final FakeDirectory directory = new FakeDirectory();
        public final RevocationList revocations = RevocationList.empty();
        public final LiveConnections connections = new LiveConnections(revocations, Clock.systemUTC());
        /** What is asked of cards; whoever sets it puts it back. */
        public volatile CardCheck cards = (card, agent) -> Optional.empty();
        /** Of tenants that have any. */
        public final Map<TenantId, Quotas> limits = new ConcurrentHashMap<>();

        public final QuotaGate quotas = new QuotaGate(
                this::policy,
                QuotaDefaults.USUAL,
                new UsageBoard("g1", System::nanoTime),
                QuotaListener.NONE,
                System::nanoTime);
        public final FabricPki pki;
        public final MqttEdge edge;

        private final AtomicInteger numbers = new AtomicInteger();
        private final TokenKeys tokenKeys;
        private final Path workFolder;

        Edge() {
            try {
                Path folder = Files.createTempDirectory("dmsc-mqtt");
                SecureRandom random = new SecureRandom();
                pki = FabricPki.openOrCreate(folder.resolve("pki"), DOMAIN, Clock.systemUTC(), random);
                tokenKeys = TokenKeys.open(folder.resolve("tokens"), "secret".toCharArray());
                createTenant("acme");
                createTenant("globex");
                workFolder = folder.resolve("mqtt");
                BrokerSettings settings =
                        new BrokerSettings("127.0.0.1", 0, OptionalInt.of(0), workFolder, 1_000_000, 1000);
                edge = new MqttEdge(parts(settings));
                edge.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private TenantPolicy policy(TenantId tenant) {
            TenantPolicy none = TenantPolicy.none(tenant, 0);
            return new TenantPolicy(
                    tenant,
                    0,
                    none.standing(),
                    none.region(),
                    none.administrators(),
                    limits.getOrDefault(tenant, Quotas.NONE),
                    none.issuers(),
                    none.offers(),
                    none.acceptances(),
                    none.masking(),
                    none.dataTags(),
                    none.network());
        }

        public MqttEdgeParts parts(BrokerSettings settings) {
            Supplier<Collection<X509Certificate>> authorities = this::authorities;
            PeerValidator peers = new PeerValidator(pki::root, authorities, DOMAIN, Clock.systemUTC(), revocations);
            CallerAuthenticator authenticator = new CallerAuthenticator(
                    DOMAIN,
                    directory.tenants,
                    peers,
                    new TokenVerifier(directory.tenants, DOMAIN, Clock.systemUTC()),
                    revocations,
                    new ProofOfPossession(
                            new PublicNames(DOMAIN, () -> NodeNames.NONE, List.of()),
                            new SecureRandom(),
                            Clock.systemUTC()));
            return new MqttEdgeParts(
                    settings,
                    pki.issueNode("gateway", "g1", List.of("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)),
                    () -> {
                        List<X509Certificate> all = new ArrayList<>(authorities.get());
                        all.add(pki.root());
                        return all;
                    },
                    authenticator::identify,
                    authenticator::vouch,
                    connections,
                    quotas,
                    exchange,
                    push,
                    owed,
                    reports,
                    audit,
                    directory.agents,
                    directory.tenants,
                    new CardGate(
                            (card, agent) -> cards.signer(card, agent),
                            quarantine,
                            new CardGate.Parts(
                                    audit, DOMAIN, SpiffeId.node(DOMAIN, "gateway", "g1"), Clock.systemUTC())),
                    delivery -> "token-of-" + delivery.getDeliveryId(),
                    Clock.systemUTC(),
                    new SecureRandom(),
                    new SimpleMeterRegistry());
        }

        private Collection<X509Certificate> authorities() {
            List<X509Certificate> all = new ArrayList<>(List.of(pki.platformCa()));
            directory
                    .tenants
                    .all()
                    .forEach(record ->
                            record.getCaCertificates().forEach(pem -> all.add(Pem.certificate(pem.toString()))));
            return all;
        }

        private void createTenant(String name) {
            TenantId tenant = new TenantId(name);
            String ca = Pem.of(List.of(pki.createTenantCa(tenant)));
            directory.tenants.put(record(
                    tenant, ca, tokenKeys.createFor(tenant, Clock.systemUTC().instant()), TenantState.ACTIVE));
        }

        public void setState(String name, TenantState state) {
            TenantRecord now = directory.tenants.find(new TenantId(name)).orElseThrow();
            directory.tenants.put(TenantRecord.newBuilder(now)
                    .setState(state)
                    .setGeneration(now.getGeneration() + 1)
                    .build());
        }

        private static TenantRecord record(TenantId tenant, String ca, String jwks, TenantState state) {
            return TenantRecord.newBuilder()
                    .setTenant(tenant.value())
                    .setState(state)
                    .setGeneration(1)
                    .setCreatedAt(0)
                    .setUpdatedAt(0)
                    .setCaCertificates(List.of(ca))
                    .setTokenIssuer(TokenIssuer.issuerOf(DOMAIN, tenant))
                    .setTokenKeys(jwks)
                    .setRoutingKeyId(tenant + "/routing/1")
                    .setPayloadKeyId(tenant + "/payload/1")
                    .setLimits(TenantLimits.newBuilder().build())
                    .build();
        }

        /** A new name, so that tests of one broker do not meet. */
        public AgentRef agent(String tenant, String kind) {
            return AgentRef.of(tenant, kind + "-" + numbers.incrementAndGet());
        }

        public String token(AgentRef agent) {
            return new TokenIssuer(tokenKeys, DOMAIN, Clock.systemUTC()).issue(agent, Duration.ofMinutes(10));
        }

        /** One that counts only beside proofs of a key (RFC 9449). */
        public String keyBoundToken(AgentRef agent) {
            return new TokenIssuer(tokenKeys, DOMAIN, Clock.systemUTC())
                    .grant(
                            agent,
                            Duration.ofMinutes(10),
                            new TokenBinding(Optional.empty(), Optional.of("k".repeat(43))),
                            Set.of())
                    .token();
        }

        public SSLContext tls(AgentRef agent) throws Exception {
            return tls(Optional.of(pki.issueAgent(agent, Duration.ofHours(1))));
        }

        /** As a device does it: key and chain from a PKCS#12, the root as trust anchor. */
        public SSLContext tls(Optional<IssuedIdentity> identity) throws Exception {
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            char[] password = "device".toCharArray();
            if (identity.isPresent()) {
                keys.init(identity.get().keyStore(password), password);
            } else {
                KeyStore none = KeyStore.getInstance("PKCS12");
                none.load(null, null);
                keys.init(none, password);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trustStore());
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        }

        public KeyStore trustStore() throws Exception {
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("root", pki.root());
            return roots;
        }

        public Path workFolder() {
            return workFolder;
        }

        public String uri() {
            return "ssl://localhost:" + edge.port();
        }

        /** A task for an agent, as the gateway hands it to the link. */
        public DeliveryOrder order(AgentSnapshot agent, String text) {
            String taskId = UUID.randomUUID().toString();
            Delivery delivery = Delivery.newBuilder()
                    .setDeliveryId(taskId + ".1")
                    .setKind(DeliveryKind.TASK)
                    .setTaskId(taskId)
                    .setContextId("ctx-1")
                    .setMessageId("m-1")
                    .setAttempt(1)
                    .setCallerTenant("acme")
                    .setCallerAgent("caller")
                    .setAssigneeTenant(agent.getTenant())
                    .setAssigneeAgent(agent.getAgent())
                    .setDeadline(Long.MAX_VALUE)
                    .setAttemptDeadline(Long.MAX_VALUE)
                    .setHops(0)
                    .setAncestors(List.of())
                    .setRootTaskId(taskId)
                    .setTime(0)
                    .build();
            String message = "{\"messageId\":\"m-1\",\"role\":\"ROLE_USER\",\"parts\":[{\"text\":\"" + text + "\"}]}";
            return new DeliveryOrder(delivery, agent, message.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }

        @Override
        public void close() {
            edge.close();
        }
    }
}
